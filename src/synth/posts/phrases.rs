//! What invented posts are made of: a template for each way such posts are written, and the
//! fillings of their slots. Numbers lie in blocks that no operator has.

use super::Template;

/// Each kind of post with its texts.
pub(super) const TEMPLATES: &[Template] = &[
    Template {
        kind: "scam_compound",
        label: "offer",
        texts: &[
            "{open} {job_online} di {hub}. Gaji {pay_high}, {free}. {contact}",
            "{hub} butuh {count} orang {job_online}, {easy}. {free}, {fast}. {contact}",
            "READY {hub}!! posisi {job_online}, {pay_usd}. bos {boss}, {free}. {contact}",
            "{job_online} {hub} ya kak, modal paspor aja. {pay_usd} + bonus, {fast}. {secret}. {contact}",
        ],
    },
    Template {
        kind: "domestic_gulf",
        label: "offer",
        texts: &[
            "Dicari {job_home} ke {gulf}, gaji {pay_gulf}. {advance}, {visa_trick}. {contact}",
            "Majikan {gulf} minta {count} {job_home}, umur {age}. {no_process}, {fast}. {contact}",
            "Yang mau ke {gulf} jadi {job_home} masih ada kursi. {visa_trick}, {advance}. {secret}. {contact}",
        ],
    },
    Template {
        kind: "malaysia_route",
        label: "offer",
        texts: &[
            "{open} {job_field} {malaysia}, harian RM##. {route}, {no_process}. {contact}",
            "Siapa ikut ke {malaysia}, kerja {job_field}. {route}, bayar belakang potong gaji. {contact}",
            "Rombongan {malaysia} berangkat {soon}, {job_field}, {easy}. paspor pelancong dulu, permit nyusul. {contact}",
        ],
    },
    Template {
        kind: "sea_crew",
        label: "offer",
        texts: &[
            "Butuh {count} ABK {ship}, cukup KTP dan KK. Gaji {pay_high}, bon {fee_small}. {soon} berangkat. {contact}",
            "Naik {ship} {soon}, buku pelaut kita bikinin. {easy}, gaji {pay_high}. {contact}",
        ],
    },
    Template {
        kind: "fee_upfront",
        label: "offer",
        texts: &[
            "JOB {europe} pabrik {product}, gaji {pay_high}. biaya {fee_big} terima beres, DP {fee_small} dulu. {contact}",
            "{europe} bulan depan, visa turis dulu nanti di sana diurus. total {fee_big}, bisa dicicil. {contact}",
        ],
    },
    Template {
        kind: "recruiter_wanted",
        label: "offer",
        texts: &[
            "Cari sponsor daerah {origin}, bawa satu orang ke {gulf} fee {fee_small} cair pas terbang. {contact}",
            "PL {origin} merapat, {job_home} {gulf}, per kepala {fee_small}. {secret}. {contact}",
        ],
    },
    Template {
        kind: "regional",
        label: "offer",
        texts: &[
            "Sing gelem kerjo nang {malaysia} {job_field}, gajine gedhe, ora usah ijazah. Budhal {soon}. {contact}",
            "Saha nu hoyong gawe ka {gulf}, gajihna ageung, teu kedah ijazah. {advance}. {contact}",
            "Sapa mau karja di {malaysia}, {job_field}, sonde perlu surat. katong bantu urus. {contact}",
            "Sai mele begawean lek {malaysia}, {job_field}, gaji beleq. ndeq perlu PT, gancang. {contact}",
            "Sapa se terro alako ka {malaysia}, {job_field}, ta' usa ijasa. mangkat {soon}. {contact}",
        ],
    },
    Template {
        kind: "bride_organ",
        label: "offer",
        texts: &[
            "Cari perempuan {age} mau nikah sama pria {bride}, mahar {fee_big} buat orang tua. surat diurus agen. {contact}",
            "Dicari pendonor ginjal sehat umur {age}, kompensasi {fee_big}, berangkat ke {hub}. {secret}. {contact}",
        ],
    },
    Template {
        kind: "trapped",
        label: "victim",
        texts: &[
            "Tolong, {kin} saya disekap di {hub}. Dulu dijanjikan jadi {job_online}, sekarang {suffering}. Mohon bantuan KBRI",
            "mohon bantuannya bapak ibu, {kin} sudah {months} bulan di {hub}, {suffering}, paspor diambil bos",
            "Saya masih di {hub}, {suffering}. kalau mau pulang disuruh tebus {fee_big}. harus lapor kemana?",
        ],
    },
    Template {
        kind: "domestic_abuse",
        label: "victim",
        texts: &[
            "{kin} saya kerja di {gulf} sudah {months} bulan {suffering}, majikan pegang paspornya. tolong bantu pulangkan",
            "Ya Allah tolong {kin} kami di {gulf}, sakit tidak dibawa berobat, gaji {months} bulan tidak dibayar",
        ],
    },
    Template {
        kind: "crew_stranded",
        label: "victim",
        texts: &[
            "Kami {count} orang ABK {ship} terlantar, gaji {months} bulan belum dibayar, makanan habis. mohon bantuan",
        ],
    },
    Template {
        kind: "news",
        label: "pass",
        texts: &[
            "{city} - Polisi menangkap {count} tersangka perekrut {job_online} ke {hub}. Korban dijanjikan gaji {pay_high}, kata Kapolres.",
            "Imigrasi {city} menunda keberangkatan {count} orang yang diduga hendak bekerja di {gulf} dengan visa kunjungan.",
        ],
    },
    Template {
        kind: "warning",
        label: "pass",
        texts: &[
            "WASPADA lowongan {job_online} di {hub}! Jangan percaya gaji {pay_high} tanpa syarat. Cek di siskop2mi.bp2mi.go.id",
            "Hati-hati tawaran {job_home} ke {gulf} lewat media sosial. Pastikan ada kontrak dan P3MI resmi, tanya Disnaker {city}.",
        ],
    },
    Template {
        kind: "seeker",
        label: "pass",
        texts: &[
            "Ada info kerja {job_field} di {malaysia} yang resmi tidak? saya lulusan SMA umur {age}",
            "mau tanya, kalau jadi {job_home} di {gulf} itu prosesnya lewat mana ya? takut ketipu",
        ],
    },
    Template {
        kind: "licensed",
        label: "pass",
        texts: &[
            "PT Contoh Karya (SIP3MI 000/20##) membuka pendaftaran {job_home} melalui Disnaker {city}, pelatihan BLK {months} bulan, kontrak dan BPJS.",
        ],
    },
    Template {
        kind: "domestic_job",
        label: "pass",
        texts: &[
            "Dibutuhkan {job_shop} untuk cabang {city}, gaji UMR, libur Minggu. Kirim lamaran ke toko atau WA {phone}",
            "loker {job_shop} {city}, pengalaman tidak wajib, makan siang disediakan. hub {phone}",
        ],
    },
    Template {
        kind: "travel",
        label: "pass",
        texts: &[
            "Paket umrah {months} hari dari {city}, hotel dekat masjid, sudah termasuk visa dan tiket. daftar {phone}",
            "Open trip {malaysia} {soon}, {count} kursi lagi, include hotel dan makan. chat {phone}",
        ],
    },
    Template {
        kind: "chatter",
        label: "pass",
        texts: &[
            "Timnas lawan {hub} malam ini, nobar di {city} yuk, bawa {product}",
            "bunga kamboja di makam {city} mekar semua, sore nanti ziarah sama {kin}",
            "jual {product} {city}, harga {fee_small} nego, minat chat {phone}",
            "hari ini masak {product} sama {kin}, resepnya gampang, nanti aku tulis",
        ],
    },
    Template {
        kind: "meme",
        label: "pass",
        texts: &[
            "capek skripsi, jadi {job_online} di {hub} aja apa ya wkwk",
            "gaji {city} segini, mending jadi {job_field} di {malaysia} wkwkwk canda",
        ],
    },
];

/// What a slot can be filled with; a filling may hold slots itself.
pub(super) const SLOTS: &[(&str, &[&str])] = &[
    ("open", &["Dibutuhkan", "OPEN JOB", "Dicari", "Lowongan", "lowker", "Butuh cepat", "Need"]),
    (
        "job_online",
        &[
            "admin",
            "CS",
            "admin slot",
            "operator komputer",
            "marketing online",
            "telemarketing",
            "customer service",
            "admin keuangan",
            "live chat",
        ],
    ),
    (
        "job_home",
        &["ART", "baby sitter", "housemaid", "pengasuh lansia", "tukang masak", "TKW", "khadimah"],
    ),
    (
        "job_field",
        &[
            "ladang sawit",
            "kilang",
            "kedai makan",
            "potong buah",
            "kebun sayur",
            "bangunan",
            "cuci pinggan",
        ],
    ),
    (
        "job_shop",
        &["kasir", "pramusaji", "penjaga toko", "kurir", "admin gudang", "barista", "penjahit"],
    ),
    (
        "hub",
        &[
            "Kamboja",
            "Poipet",
            "Sihanoukville",
            "Bavet",
            "Phnom Penh",
            "Myawaddy",
            "Laos",
            "Myanmar",
        ],
    ),
    (
        "gulf",
        &["Riyadh", "Jeddah", "Dubai", "Abu Dhabi", "Qatar", "Kuwait", "Oman", "Saudi", "Erbil"],
    ),
    ("malaysia", &["Malaysia", "Johor", "Sabah", "Sarawak", "Selangor", "Tawau", "Kuching"]),
    ("europe", &["Polandia", "Serbia", "Turki", "Kanada", "Jerman", "Rumania"]),
    ("bride", &["China mapan", "Taiwan", "Tiongkok", "Hong Kong"]),
    ("ship", &["kapal cumi", "kapal tuna", "kapal ikan Taiwan", "kapal China", "kapal Fiji"]),
    (
        "city",
        &[
            "Bekasi", "Surabaya", "Medan", "Semarang", "Cirebon", "Malang", "Makassar", "Kupang",
            "Mataram",
        ],
    ),
    (
        "origin",
        &["Indramayu", "Lombok", "Cianjur", "Ponorogo", "NTT", "Subang", "Blitar", "Madura"],
    ),
    ("product", &["roti", "kue", "sambal", "keripik", "sepatu", "plastik", "kopi"]),
    ("kin", &["adik", "kakak", "ibu", "istri", "sepupu", "anak", "suami", "keponakan"]),
    ("boss", &["indo", "cina", "malay"]),
    ("pay_high", &["1# juta", "1#jt/bln", "9-1#jt", "Rp1#.000.000", "2# juta bersih"]),
    ("pay_usd", &["USD ##0", "$1.#00", "1.#00 dolar"]),
    ("pay_gulf", &["1#00 riyal", "1.#00 dirham", "1#00 real", "#juta bersih"]),
    ("fee_big", &["4# juta", "3#jt", "5#.000.000"]),
    ("fee_small", &["# juta", "#jt", "#00rb"]),
    (
        "free",
        &[
            "tiket visa ditanggung",
            "mess dan makan gratis",
            "semua ditanggung kantor",
            "paspor dibantu",
        ],
    ),
    (
        "easy",
        &[
            "tanpa ijazah",
            "tanpa pengalaman",
            "lulusan SD bisa",
            "cuma bisa ngetik",
            "tatoan boleh",
        ],
    ),
    ("fast", &["proses cepat", "minggu ini terbang", "langsung berangkat", "1# hari jadi"]),
    ("soon", &["besok", "lusa", "minggu depan", "malam ini", "hari Jumat"]),
    ("advance", &["uang saku # juta", "uang fit #jt", "sangu # juta buat keluarga"]),
    (
        "visa_trick",
        &[
            "visa ziarah dulu",
            "pakai visa kunjungan",
            "visa turis nanti diganti",
            "ikut rombongan umrah",
        ],
    ),
    (
        "no_process",
        &["tanpa PT tanpa BLK", "tidak usah medikal", "tanpa asrama", "ijin suami diurus"],
    ),
    (
        "route",
        &[
            "lewat Batam",
            "jalur laut malam",
            "lewat Nunukan",
            "lewat jalur belakang",
            "via Entikong",
        ],
    ),
    (
        "secret",
        &[
            "jangan komen nanti dihapus",
            "japri saja",
            "yang paham saja",
            "jangan bilang siapa-siapa",
        ],
    ),
    (
        "suffering",
        &[
            "dipukuli",
            "disuruh menipu orang",
            "tidak digaji",
            "dikurung",
            "disetrum kalau tidak capai target",
        ],
    ),
    ("months", &["2", "3", "5", "7", "9", "12"]),
    ("count", &["3", "5", "10", "12", "20"]),
    ("age", &["18-30", "21-45", "20-40", "25"]),
    ("phone", &["0840-0000-####", "0840 0000 ####", "08400000####"]),
    (
        "contact",
        &[
            "WA {phone}",
            "hub {phone}",
            "inbox ya",
            "japri {phone}",
            "chat wa.me/628400000####",
            "tele @contoh_job##",
        ],
    ),
];
