//! How often people write a word, as far as one can say beforehand. Only speed hangs on it: a phrase
//! is looked for from the word of it that the fewest posts hold.

use rustc_hash::FxHashMap;

/// How often, out of 10,000 words.
pub(super) type Weight = u32;

/// The words that every post holds some of, in four steps.
const STEPS: [(Weight, &str); 4] = [
    (150, "yang di dan ini itu aku saya tidak ada ke dengan untuk dari kamu ya"),
    (
        50,
        "juga sudah akan bisa mau lagi saja jadi apa kalau orang dia kita karena sama pada atau tapi \
         lebih banyak seperti sampai kok banget sih nih buat baru mereka bukan belum masih kami semua",
    ),
    (
        20,
        "dalam adalah oleh kali hari harus jangan dapat saat punya pun biar pakai terus seorang para \
         setelah hanya sangat tahun satu dua malam pagi besok makan rumah anak teman kalian siapa \
         kenapa gimana begitu begini memang pernah cuma lalu kata tahu lihat mana dulu sekali sekarang \
         waktu tempat baik besar jalan kerja bikin ambil beli pulang hidup sendiri ibu bapak kakak",
    ),
    (
        8,
        "tentang antara serta sebagai bahwa telah namun tetapi maka agar ketika kembali pertama nanti \
         kemarin minggu bulan jam uang harga murah mahal bagus enak cinta hati suka senang capek tidur \
         bangun mulai habis udah cari datang pergi masuk keluar naik turun duduk lama cepat kecil hal \
         lain setiap beberapa tiga lima sepuluh ribu juta negara kota sekolah mas mbak bang dek allah \
         semoga terima kasih tolong maaf selamat boleh perlu butuh minta kasih bawa ikut bantu tanya",
    ),
];

/// Knows how common words are.
#[derive(Debug)]
pub(super) struct Commonness(FxHashMap<&'static str, Weight>);

impl Commonness {
    pub(super) fn new() -> Self {
        let words = |(weight, words): &(Weight, &'static str)| {
            let weight = *weight;
            words.split_whitespace().map(move |word| (word, weight))
        };
        Self(STEPS.iter().flat_map(words).collect())
    }

    /// How often a word is written; of one that is not known short ones are held for commoner.
    pub(super) fn of(&self, word: &str) -> Weight {
        let unknown = || match word.len() {
            0..=3 => 4,
            4..=6 => 2,
            _ => 1,
        };
        self.0.get(word).copied().unwrap_or_else(unknown)
    }
}
