//! Web servers and site makers we did not write, for tests and benches: Debian's nginx on loopback.

#![allow(clippy::unwrap_used, reason = "a test")]
#![allow(dead_code, reason = "each user uses its own part")]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// A running nginx; it ends with this value.
pub struct Nginx {
    child: Child,
    /// The port of 127.0.0.1 it answers at.
    pub port: u16,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// A port nobody listens at.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Serves `root` with its state and its `access.log` in `dir`; `None` where nginx is not installed.
pub fn nginx(dir: &Path, port: u16, root: &Path) -> Option<Nginx> {
    let config = dir.join("nginx.conf");
    std::fs::write(
        &config,
        format!(
            "daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log;\n\
             events {{}}\nhttp {{ access_log {dir}/access.log;\n\
             client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f;\n\
             uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;\n\
             types {{ application/xml xml; application/feed+json json; text/html html; }}\n\
             gzip on; gzip_types application/xml; gzip_min_length 100; keepalive_requests 100000;\n\
             server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n",
            dir = dir.display(),
            root = root.display()
        ),
    )
    .unwrap();
    let program = ["/usr/sbin/nginx", "nginx"]
        .into_iter()
        .find(|program| Command::new(program).arg("-v").output().is_ok())?;
    let child = Command::new(program).arg("-p").arg(dir).arg("-c").arg(&config).spawn().unwrap();
    let nginx = Nginx { child, port };
    let deadline = Instant::now() + Duration::from_secs(20);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < deadline, "nginx does not answer");
        std::thread::sleep(Duration::from_millis(20));
    }
    Some(nginx)
}
