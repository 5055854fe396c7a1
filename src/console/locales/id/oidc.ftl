# Masuk lewat penyedia (OpenID Connect). Setiap pesan di sini ada pula di en/oidc.ftl.
oidc-button = Masuk dengan { $what }
oidc-or = atau dengan kata sandi di sini:
oidc-returned = Anda sudah masuk
oidc-go-on = Lanjut
oidc-unasked = Percobaan masuk itu tidak dimulai di peramban ini, atau sudah terlalu lama. Mulailah lagi.
oidc-denied = { $what } tidak mengizinkan Anda masuk, atau Anda membatalkannya di sana.
oidc-failed = { $what } tidak dapat dihubungi, atau jawabannya tidak sah. Coba lagi sebentar; bila tetap gagal, beri tahu operator (sebabnya ada di log).
oidc-nameless = { $what } tidak menyebut nama Anda. Minta operator memeriksa `name_claim`.
oidc-roleless = Akun Anda di { $what } tidak termasuk kelompok yang boleh bekerja di sini. Minta administrator memasukkan Anda.
oidc-name-taken = Di sini sudah ada akun lain dengan nama Anda. Bila itu akun Anda, minta operator menghubungkannya: waspada user link.
oidc-shut = Akun Anda ditutup. Hubungi administrator.
account-by-provider = Anda masuk lewat penyedia masuk: kata sandi dan langkah kedua diatur di sana.
people-totp-provider = di penyedia
