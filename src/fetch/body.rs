//! A response body under way: undoes the content coding piece by piece and stops at the first byte
//! past a limit, so that a compression bomb costs no more memory than an honest page. Only a body
//! that came to its own end counts as whole.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use flate2::{Decompress, FlushDecompress, Status};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use zstd::stream::raw::{DParameter, InBuffer, Operation, OutBuffer};

/// What the client says it can undo.
pub const ACCEPTED: &str = "gzip, br, zstd, deflate";

/// The most a body may grow when its coding is undone.
const MAX_RATIO: u64 = 100;
/// Below this decoded size the ratio says nothing: a small page of one repeated letter is no bomb.
const RATIO_FROM: u64 = 256 << 10;
/// The zstd window, as its power of two, that RFC 9659 lets a content coding use (8 MiB).
const ZSTD_WINDOW_LOG: u32 = 23;
/// Size of the buffers between a decoder and the limit.
const STEP: usize = 16 << 10;

/// How much of a body is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes on the wire.
    pub wire: u64,
    /// Most bytes after the coding is undone.
    pub decoded: u64,
}

/// Why a body cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyError {
    /// A limit was met.
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
        /// `wire`, `decoded` or `ratio`.
        what: &'static str,
    },
    /// The coding is broken, unfinished or unknown.
    Broken(String),
}

/// A body under way.
pub struct Body {
    decoder: Decoder,
    limits: Limits,
    wire: u64,
}

enum Decoder {
    Identity(Sink),
    Gzip(Box<MultiGzDecoder<Sink>>),
    Brotli(Box<brotli_decompressor::DecompressorWriter<Sink>>),
    Deflate(Box<Deflate>),
    Zstd(Box<Zstd>),
}

impl Body {
    /// A body whose coding these headers name.
    pub fn new(headers: &HeaderMap, limits: Limits) -> Result<Self, BodyError> {
        let sink = Sink { bytes: Vec::new(), limit: limits.decoded, wire: 0, hit: None };
        let coding = coding(headers)?;
        let decoder = match coding.as_str() {
            "identity" => Decoder::Identity(sink),
            "gzip" | "x-gzip" => Decoder::Gzip(Box::new(MultiGzDecoder::new(sink))),
            "br" => {
                Decoder::Brotli(Box::new(brotli_decompressor::DecompressorWriter::new(sink, STEP)))
            }
            "deflate" => Decoder::Deflate(Box::new(Deflate::new(sink))),
            "zstd" => Decoder::Zstd(Box::new(Zstd::new(sink).map_err(broken)?)),
            unknown => {
                return Err(BodyError::Broken(format!(
                    "content coding `{unknown}` was not asked for and cannot be undone"
                )));
            }
        };
        Ok(Self { decoder, limits, wire: 0 })
    }

    /// Takes the next piece from the wire.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), BodyError> {
        let left = self.limits.wire.saturating_sub(self.wire);
        let fits = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
        let (piece, over) = piece.split_at(fits);
        self.wire = self.wire.saturating_add(length(piece));
        self.sink().wire = self.wire;
        let written = match &mut self.decoder {
            Decoder::Identity(sink) => sink.write_all(piece),
            Decoder::Gzip(decoder) => decoder.write_all(piece),
            Decoder::Brotli(decoder) => decoder.write_all(piece),
            Decoder::Deflate(decoder) => decoder.push(piece),
            Decoder::Zstd(decoder) => decoder.push(piece),
        };
        written.map_err(|error| self.told(error))?;
        if over.is_empty() {
            Ok(())
        } else {
            Err(BodyError::TooLarge { limit: self.limits.wire, what: "wire" })
        }
    }

    /// The whole body, if it came to its own end.
    pub fn finish(mut self) -> Result<Bytes, BodyError> {
        match self.close() {
            Ok(()) => Ok(self.take()),
            Err(error) => Err(self.told(error)),
        }
    }

    /// What has been decoded up to now, never more than the limit, whatever state the body is in.
    pub fn so_far(mut self) -> Bytes {
        // A decoder may hold decoded bytes back until it is closed; that the body is unfinished
        // or too large is no news to whoever asks for its beginning.
        let _ = self.close();
        self.take()
    }

    fn close(&mut self) -> io::Result<()> {
        match &mut self.decoder {
            // An empty body may carry the name of a coding it never needed.
            _ if self.wire == 0 => Ok(()),
            Decoder::Identity(_) => Ok(()),
            Decoder::Gzip(decoder) => decoder.try_finish(),
            Decoder::Brotli(decoder) => decoder.close(),
            Decoder::Deflate(decoder) => decoder.finish(),
            Decoder::Zstd(decoder) => decoder.finish(),
        }
    }

    fn take(&mut self) -> Bytes {
        std::mem::take(&mut self.sink().bytes).into()
    }

    fn sink(&mut self) -> &mut Sink {
        match &mut self.decoder {
            Decoder::Identity(sink) => sink,
            Decoder::Gzip(decoder) => decoder.get_mut(),
            Decoder::Brotli(decoder) => decoder.get_mut(),
            Decoder::Deflate(decoder) => &mut decoder.sink,
            Decoder::Zstd(decoder) => &mut decoder.sink,
        }
    }

    /// A limit the sink met shows up as a failure of the decoder: the sink knows better.
    fn told(&mut self, error: io::Error) -> BodyError {
        self.sink().hit.clone().unwrap_or_else(|| broken(error))
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn broken(error: io::Error) -> BodyError {
    BodyError::Broken(format!("the content coding is broken or unfinished: {error}"))
}

/// The one coding of a body; several after another are in use nowhere and are not undone.
fn coding(headers: &HeaderMap) -> Result<String, BodyError> {
    let mut named = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        let value = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
        let codings = value.split(',').map(str::trim);
        named.extend(codings.filter(|name| !matches!(*name, "" | "identity")).map(str::to_owned));
    }
    match named.len() {
        0 => Ok("identity".to_owned()),
        1 => Ok(named.swap_remove(0)),
        _ => Err(BodyError::Broken(format!("several content codings: {}", named.join(", ")))),
    }
}

/// Where decoded bytes end up; it refuses the first one past a limit.
struct Sink {
    bytes: Vec<u8>,
    limit: u64,
    wire: u64,
    hit: Option<BodyError>,
}

impl Write for Sink {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let left = self.limit.saturating_sub(length(&self.bytes));
        let fits = usize::try_from(left).unwrap_or(usize::MAX).min(buf.len());
        self.bytes.extend_from_slice(&buf[..fits]);
        if fits < buf.len() {
            self.hit = Some(BodyError::TooLarge { limit: self.limit, what: "decoded" });
        } else if length(&self.bytes) > RATIO_FROM.max(self.wire.saturating_mul(MAX_RATIO)) {
            self.hit = Some(BodyError::TooLarge { limit: self.limit, what: "ratio" });
        }
        match self.hit {
            Some(_) => Err(io::Error::other("limit met")),
            None => Ok(buf.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `deflate`: zlib by the standard, bare deflate by many servers.
struct Deflate {
    sink: Sink,
    stream: Option<Decompress>,
    /// The first byte, until the second tells which of the two it is.
    first: Option<u8>,
    done: bool,
}

impl Deflate {
    fn new(sink: Sink) -> Self {
        Self { sink, stream: None, first: None, done: false }
    }

    fn push(&mut self, piece: &[u8]) -> io::Result<()> {
        match (&self.stream, self.first, piece) {
            (Some(_), ..) => self.inflate(piece),
            (None, _, []) => Ok(()),
            (None, None, [first]) => {
                self.first = Some(*first);
                Ok(())
            }
            (None, None, [first, second, ..]) => {
                self.stream = Some(Decompress::new(is_zlib(*first, *second)));
                self.inflate(piece)
            }
            (None, Some(first), [second, ..]) => {
                self.stream = Some(Decompress::new(is_zlib(first, *second)));
                self.inflate(&[first])?;
                self.inflate(piece)
            }
        }
    }

    fn inflate(&mut self, mut piece: &[u8]) -> io::Result<()> {
        let Some(stream) = &mut self.stream else { return Ok(()) };
        let mut buffer = [0; STEP];
        while !self.done {
            let (taken, given) = (stream.total_in(), stream.total_out());
            let status = stream.decompress(piece, &mut buffer, FlushDecompress::None)?;
            let taken = usize::try_from(stream.total_in() - taken).unwrap_or(piece.len());
            let given = usize::try_from(stream.total_out() - given).unwrap_or(STEP);
            piece = piece.get(taken..).unwrap_or_default();
            self.sink.write_all(buffer.get(..given).unwrap_or_default())?;
            self.done = status == Status::StreamEnd;
            if piece.is_empty() && given < STEP || taken == 0 && given == 0 {
                break;
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        if self.done { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

/// Whether these are the two bytes a zlib stream begins with (RFC 1950 section 2.2).
fn is_zlib(first: u8, second: u8) -> bool {
    first & 0x0f == 8 && u16::from_be_bytes([first, second]).is_multiple_of(31)
}

struct Zstd {
    sink: Sink,
    stream: zstd::stream::raw::Decoder<'static>,
    /// Whether the last frame came to its end.
    done: bool,
}

impl Zstd {
    fn new(sink: Sink) -> io::Result<Self> {
        let mut stream = zstd::stream::raw::Decoder::new()?;
        stream.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG))?;
        Ok(Self { sink, stream, done: false })
    }

    fn push(&mut self, piece: &[u8]) -> io::Result<()> {
        let mut buffer = [0; STEP];
        let mut input = InBuffer::around(piece);
        loop {
            let mut output = OutBuffer::around(&mut buffer[..]);
            let wanted = self.stream.run(&mut input, &mut output)?;
            let given = output.pos();
            self.sink.write_all(buffer.get(..given).unwrap_or_default())?;
            self.done = wanted == 0;
            if input.pos() == piece.len() && (self.done || given < STEP) {
                return Ok(());
            }
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        if self.done { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use proptest::prelude::*;
    use reqwest::header::HeaderValue;

    use super::*;

    /// `halo ` twenty times, and ten MiB of zeros, both as a Brotli encoder wrote them.
    const BROTLI_PAGE: &[u8] = b"\x1bc\x00\xf8\x8d\x94n\xde\xb4\x0cC{+\x10\xb6@-\n\xc89";
    const BROTLI_BOMB: &[u8] =
        b"\xcb\xff\xff?\xf8'\x00\xe2\xb1@ \xf7\xfe/\xff\xff?\xf0O\x00\xc4a\x11\x80\xee\xfd\x07";

    const LIMITS: Limits = Limits { wire: 1 << 20, decoded: 1 << 20 };

    fn coded(coding: &str, plain: &[u8]) -> Vec<u8> {
        let level = Compression::best();
        let mut out = Vec::new();
        match coding {
            "gzip" => GzEncoder::new(&mut out, level).write_all(plain).unwrap(),
            "zlib" => ZlibEncoder::new(&mut out, level).write_all(plain).unwrap(),
            "raw" => DeflateEncoder::new(&mut out, level).write_all(plain).unwrap(),
            "zstd" => out = zstd::encode_all(plain, 19).unwrap(),
            _ => out = plain.to_vec(),
        }
        out
    }

    fn header(coding: &str) -> &str {
        if matches!(coding, "zlib" | "raw") { "deflate" } else { coding }
    }

    fn read(coding: &str, wire: &[u8], piece: usize, limits: Limits) -> Result<Bytes, BodyError> {
        let headers =
            [(CONTENT_ENCODING, HeaderValue::from_str(coding).unwrap())].into_iter().collect();
        let mut body = Body::new(&headers, limits)?;
        for piece in wire.chunks(piece) {
            body.push(piece)?;
        }
        body.finish()
    }

    #[test]
    fn every_coding_is_undone_however_the_pieces_fall() {
        let page = "halo ".repeat(20).into_bytes();
        let mut cases: Vec<(&str, Vec<u8>)> = ["identity", "gzip", "zlib", "raw", "zstd"]
            .into_iter()
            .map(|coding| (coding, coded(coding, &page)))
            .collect();
        cases.push(("br", BROTLI_PAGE.to_vec()));
        for (coding, wire) in cases {
            for piece in [1, 2, 7, wire.len()] {
                assert_eq!(
                    read(header(coding), &wire, piece, LIMITS).unwrap(),
                    page,
                    "{coding} in pieces of {piece}"
                );
            }
            assert_eq!(
                read(header(coding), &[], 1, LIMITS).unwrap(),
                Bytes::new(),
                "empty {coding}"
            );
        }
        let twice = [coded("gzip", b"satu "), coded("gzip", b"dua")].concat();
        assert_eq!(read("X-GZip", &twice, 5, LIMITS).unwrap(), "satu dua");
        let frames = [coded("zstd", b"satu "), coded("zstd", b"dua")].concat();
        assert_eq!(read("zstd", &frames, 5, LIMITS).unwrap(), "satu dua");
    }

    #[test]
    fn a_body_cut_short_is_no_body() {
        for coding in ["gzip", "zlib", "raw", "zstd"] {
            let wire = coded(coding, b"kerja di luar negeri tanpa pelatihan");
            for end in 1..wire.len() {
                let cut = read(header(coding), &wire[..end], 3, LIMITS);
                assert!(matches!(cut, Err(BodyError::Broken(_))), "{coding} cut at {end}: {cut:?}");
            }
        }
        let cut = read("br", &BROTLI_PAGE[..BROTLI_PAGE.len() - 2], 3, LIMITS);
        assert!(matches!(cut, Err(BodyError::Broken(_))), "{cut:?}");
    }

    #[test]
    fn the_beginning_of_a_body_is_had_without_its_end() {
        let page = "tunggu sebentar ".repeat(40);
        for coding in ["identity", "gzip", "zlib", "raw", "zstd"] {
            let coding_header = HeaderValue::from_str(header(coding)).unwrap();
            let headers = [(CONTENT_ENCODING, coding_header)].into_iter().collect();
            let mut body = Body::new(&headers, LIMITS).unwrap();
            body.push(&coded(coding, page.as_bytes())).unwrap();
            assert_eq!(body.so_far(), page, "{coding}");
        }
    }

    #[test]
    fn a_coding_nobody_asked_for_is_an_error() {
        for coding in ["compress", "gzip, br", "x"] {
            assert!(matches!(read(coding, b"x", 1, LIMITS), Err(BodyError::Broken(_))), "{coding}");
        }
        assert_eq!(read("identity, ", b"x", 1, LIMITS).unwrap(), "x");
    }

    #[test]
    fn a_bomb_stops_at_the_first_byte_past_a_limit() {
        let zeros = vec![0; 10 << 20];
        let mut bombs: Vec<(&str, Vec<u8>)> = ["gzip", "zlib", "raw", "zstd"]
            .into_iter()
            .map(|coding| (coding, coded(coding, &zeros)))
            .collect();
        bombs.push(("br", BROTLI_BOMB.to_vec()));
        for (coding, wire) in bombs {
            for (decoded, what) in [(1 << 20, "ratio"), (100 << 10, "decoded")] {
                let headers = [(CONTENT_ENCODING, HeaderValue::from_str(header(coding)).unwrap())];
                let limits = Limits { wire: 1 << 20, decoded };
                let mut body = Body::new(&headers.into_iter().collect(), limits).unwrap();
                let error = wire.chunks(1000).find_map(|piece| body.push(piece).err());
                assert_eq!(
                    error,
                    Some(BodyError::TooLarge { limit: decoded, what }),
                    "{coding} limited to {decoded}"
                );
                let kept = body.so_far();
                assert!(length(&kept) <= decoded, "{coding}: {} bytes kept", kept.len());
            }
        }
    }

    #[test]
    fn limits_are_met_exactly() {
        let limits = Limits { wire: 10, decoded: 10 };
        assert_eq!(read("identity", &[b'x'; 10], 3, limits).unwrap().len(), 10);
        let over = read("identity", &[b'x'; 11], 3, limits);
        assert_eq!(over, Err(BodyError::TooLarge { limit: 10, what: "wire" }));
        let mut body = Body::new(&HeaderMap::new(), limits).unwrap();
        assert!(body.push(&[b'x'; 99]).is_err());
        assert_eq!(
            body.so_far().len(),
            10,
            "what fits is kept for those who want only a beginning"
        );
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(
            plain in proptest::collection::vec(any::<u8>(), 0..3000),
            piece in 1_usize..500,
            coding in proptest::sample::select(vec!["identity", "gzip", "zlib", "raw", "zstd"]),
        ) {
            let wire = coded(coding, &plain);
            prop_assert_eq!(read(header(coding), &wire, piece, LIMITS).unwrap(), plain);
        }

        #[test]
        fn any_bytes_end_in_a_typed_way(
            wire in proptest::collection::vec(any::<u8>(), 0..300),
            coding in proptest::sample::select(vec!["gzip", "deflate", "zstd", "br"]),
        ) {
            let _ = read(coding, &wire, 17, LIMITS);
        }
    }
}
