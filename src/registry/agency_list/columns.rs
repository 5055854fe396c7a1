//! Which column of a list is what, by the names of its header, however they are written.

use super::UnreadableList;

/// How far down the header may stand, below titles and blank lines.
const HEADER_WITHIN: usize = 30;

/// What a column may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The company's name.
    Name,
    /// Other names it goes by.
    Aliases,
    /// Its licence number.
    Licence,
    /// The last day of the licence.
    ValidUntil,
    /// How the licence stands.
    Status,
    /// The province.
    Province,
    /// Telephone numbers.
    Phones,
    /// Web addresses.
    Domains,
}

/// A column, what it is called for `--column`, names that mean it when they are the whole header, and
/// names that mean it also as a part of one.
type Known = (Column, &'static str, &'static [&'static str], &'static [&'static str]);

const COLUMNS: [Known; 8] = [
    // What stands about a licence is looked for before the licence itself.
    (
        Column::ValidUntil,
        "berlaku",
        &["berlaku", "berakhir", "expired", "valid until", "s d"],
        &[
            "berlaku sampai",
            "berlaku hingga",
            "berlaku s d",
            "berlaku sd",
            "masa berlaku",
            "habis berlaku",
            "habis masa",
            "tanggal berakhir",
            "tgl berakhir",
            "akhir berlaku",
            "kedaluwarsa",
            "kadaluarsa",
        ],
    ),
    (
        Column::Status,
        "status",
        &["status", "keadaan"],
        &["status izin", "status p3mi", "status sip3mi", "status perusahaan", "status lisensi"],
    ),
    (
        Column::Name,
        "nama",
        &["nama", "perusahaan", "p3mi", "pt", "pjtki", "pptkis", "company", "name", "company name"],
        &[
            "nama p3mi",
            "nama pt",
            "nama perusahaan",
            "nama badan usaha",
            "nama lembaga",
            "nama pptkis",
            "perusahaan penempatan",
        ],
    ),
    (
        Column::Aliases,
        "nama-lain",
        &["alias", "singkatan", "merek", "aliases"],
        &["nama lain", "nama dagang", "nama singkat", "nama lama"],
    ),
    (
        Column::Licence,
        "izin",
        &["izin", "ijin", "no sk", "nomor sk", "licence", "license", "licence number"],
        &[
            "sip3mi",
            "siup3mi",
            "siuptki",
            "siupptkis",
            "nomor izin",
            "no izin",
            "nomor ijin",
            "no ijin",
            "nomor surat izin",
            "no surat izin",
        ],
    ),
    (Column::Province, "provinsi", &["prov"], &["provinsi", "propinsi", "province"]),
    (
        Column::Phones,
        "telepon",
        &["wa", "kontak", "phone", "phones", "telephone"],
        &["telepon", "telp", "tlp", "hp", "whatsapp", "no wa", "nomor wa"],
    ),
    (
        Column::Domains,
        "situs",
        &["web", "url", "laman", "domain", "domains"],
        &["website", "situs", "alamat web"],
    ),
];

/// A header that speaks of persons or dates of another kind, whatever else it says.
const OTHERS: &[&str] = &[
    "direktur",
    "penanggung",
    "pimpinan",
    "pemilik",
    "komisaris",
    "direksi",
    "pic",
    "terbit",
    "mulai",
    "fax",
    "faks",
    "wali",
];

impl Column {
    /// What `--column` calls it.
    pub fn as_str(self) -> &'static str {
        COLUMNS.iter().find(|(column, ..)| *column == self).map_or("", |(_, name, ..)| name)
    }

    /// The names of all, for messages.
    pub fn names() -> String {
        COLUMNS.map(|(_, name, ..)| name).join(", ")
    }

    /// The column of this name.
    pub fn named(name: &str) -> Option<Self> {
        COLUMNS.iter().find(|(_, known, ..)| *known == name).map(|(column, ..)| *column)
    }

    /// How well a header says this; lower is better.
    fn fits(self, header: &str) -> Option<usize> {
        let (_, _, whole, part) = COLUMNS.iter().find(|(column, ..)| *column == self)?;
        let padded = format!(" {header} ");
        if whole.iter().chain(*part).any(|name| *name == header) {
            return Some(0);
        }
        if OTHERS.iter().any(|other| padded.contains(&format!(" {other} "))) {
            return None;
        }
        if part.iter().any(|name| padded.contains(&format!(" {name} "))) {
            return Some(1);
        }
        // A slip of the finger; short names are too near to each other.
        let near = |name: &&&str| {
            name.len() >= 6 && strsim::osa_distance(name, header) <= 1 + name.len() / 10
        };
        whole.iter().chain(*part).any(|name| near(&name)).then_some(2)
    }
}

/// Where the header stands and which column is which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// Its place among the records.
    pub(super) header: usize,
    /// The columns that are read, with their places.
    pub(super) read: Vec<(Column, usize)>,
    /// Their headers, as written.
    pub(super) titles: Vec<String>,
}

impl Layout {
    /// Finds the header among the records: the first that names the company and something else.
    pub(super) fn find(
        records: &[Vec<String>],
        mapped: &[(Column, String)],
    ) -> Result<Self, UnreadableList> {
        let mut nearest: Option<&Vec<String>> = None;
        for (header, record) in records.iter().take(HEADER_WITHIN).enumerate() {
            let read = assign(record, mapped);
            if read.iter().any(|(column, _)| *column == Column::Name) && read.len() > 1 {
                return Ok(Self { header, read, titles: record.clone() });
            }
            let filled = |record: &Vec<String>| record.iter().filter(|it| !it.is_empty()).count();
            if nearest.is_none_or(|other| filled(record) > filled(other)) {
                nearest = Some(record);
            }
        }
        let titles = nearest.into_iter().flatten().filter(|title| !title.is_empty());
        Err(UnreadableList::NoHeader(
            titles.map(|title| format!("`{title}`")).collect::<Vec<_>>().join(", "),
        ))
    }

    /// The header of a column that is read.
    pub(super) fn title(&self, place: usize) -> &str {
        self.titles.get(place).map_or("", String::as_str)
    }
}

/// Gives every column the header that fits it best, each header once.
fn assign(record: &[String], mapped: &[(Column, String)]) -> Vec<(Column, usize)> {
    let titles: Vec<String> = record.iter().map(|title| plain(title)).collect();
    let mut read: Vec<(Column, usize)> = mapped
        .iter()
        .filter_map(|(column, title)| {
            Some((*column, titles.iter().position(|other| *other == plain(title))?))
        })
        .collect();
    for worst in 0..=2 {
        for (column, ..) in COLUMNS {
            if mapped.iter().any(|(other, _)| *other == column)
                || read.iter().any(|(other, _)| *other == column)
            {
                continue;
            }
            let free = |place: usize| !read.iter().any(|(_, other)| *other == place);
            let fitting = titles.iter().enumerate().position(|(place, title)| {
                free(place) && !title.is_empty() && column.fits(title) == Some(worst)
            });
            if let Some(place) = fitting {
                read.push((column, place));
            }
        }
    }
    read
}

/// A header in lower case, words only.
fn plain(title: &str) -> String {
    let words =
        title.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_recognised_however_they_are_written() {
        use Column::{Aliases, Domains, Licence, Name, Phones, Province, Status, ValidUntil};
        let cases: [(&str, &[(Column, usize)]); 7] = [
            ("nama;no. sip3mi", &[(Name, 0), (Licence, 1)]),
            (
                "No|NAMA P3MI|Alamat|No. Telp/HP|Nomor SIP3MI|Masa Berlaku SIP3MI|Status",
                &[(Name, 1), (Licence, 4), (ValidUntil, 5), (Status, 6), (Phones, 3)],
            ),
            (
                "Nama Perusahan|Propinsi|Nama Direktur|Tanggal Terbit Izin|Tgl. Berakhir Izin",
                &[(Name, 0), (ValidUntil, 4), (Province, 1)],
            ),
            ("Nama Direktur|Nama PT|Website", &[(Name, 1), (Domains, 2)]),
            ("PT|Nama lain|Provinsi", &[(Name, 0), (Aliases, 1), (Province, 2)]),
            ("Telp|Fax", &[(Phones, 0)]),
            (
                "Perusahaan Penempatan (P3MI)|Masa berlaku SIP3MI|Status SIP3MI|SIP3MI",
                &[(Name, 0), (ValidUntil, 1), (Status, 2), (Licence, 3)],
            ),
        ];
        for (header, expected) in cases {
            let titles: Vec<String> = header.split(['|', ';']).map(str::to_owned).collect();
            let mut read = assign(&titles, &[]);
            let mut expected = expected.to_vec();
            read.sort_by_key(|(_, place)| *place);
            expected.sort_by_key(|(_, place)| *place);
            assert_eq!(read, expected, "{header}");
        }
    }

    #[test]
    fn what_is_said_of_a_column_counts_before_what_it_looks_like() {
        let titles = ["Nama", "Penyalur"].map(str::to_owned);
        let mapped = [(Column::Name, "penyalur".to_owned())];
        assert_eq!(assign(&titles, &mapped), [(Column::Name, 1)]);
    }
}
