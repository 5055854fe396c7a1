//! Lists as offices hand them out, all invented, and what is made of each.

use super::*;
use crate::registry::LicenceStatus;

fn read(text: &str) -> AgencyList {
    read_list(text, &[], "uji", "2026-11-01".parse().unwrap()).unwrap()
}

/// Name, licence, last day and status of each row.
fn rows(list: &AgencyList) -> Vec<(u64, &str, &str, String, LicenceStatus)> {
    list.rows
        .iter()
        .map(|(line, agency)| {
            let until = agency.valid_until.map(|day| day.to_string()).unwrap_or_default();
            (
                *line,
                agency.name.as_str(),
                agency.licence.as_deref().unwrap_or(""),
                until,
                agency.status,
            )
        })
        .collect()
}

const SPREADSHEET: &str = "\
DAFTAR P3MI;;;;;\r\n\
per 1 November 2026;;;;;\r\n\
;;;;;\r\n\
No;NAMA P3MI;Nomor SIP3MI;Masa Berlaku;Status;Telp/HP\r\n\
1;\"PT TELADAN BAHARI\r\n  NUSANTARA\";123/2023;31/12/2028;Aktif;0840-0000-0201\r\n\
2;Rekaan Jaya Abadi, PT;124/2023;1 Februari 2027;Skorsing;(021) 000-0001 / 04\r\n\
No;NAMA P3MI;Nomor SIP3MI;Masa Berlaku;Status;Telp/HP\r\n\
3;PT Contoh Baru (d/h PT Contoh Lama);125/2024;-;;\r\n";

#[test]
fn a_list_is_read_below_its_titles_with_every_row_told() {
    let list = read(SPREADSHEET);
    assert_eq!(
        rows(&list),
        [
            (
                5,
                "PT TELADAN BAHARI NUSANTARA",
                "123/2023",
                "2028-12-31".into(),
                LicenceStatus::Aktif
            ),
            (7, "Rekaan Jaya Abadi, PT", "124/2023", "2027-02-01".into(), LicenceStatus::Dicabut),
            (9, "PT Contoh Baru", "125/2024", String::new(), LicenceStatus::Aktif),
        ]
    );
    assert_eq!(list.rows[0].1.phones, ["084000000201"]);
    assert_eq!(list.rows[2].1.aliases, ["PT Contoh Lama"]);
    assert_eq!(list.unused, ["No"]);
    let doubts: Vec<(u64, &str)> =
        list.doubts.iter().map(|doubt| (doubt.line, doubt.message.as_str())).collect();
    assert_eq!(
        doubts,
        [
            (7, "status `Skorsing` dicatat sebagai dicabut"),
            (7, "nomor telepon `04` tidak terbaca"),
            (9, "yang dalam kurung, `PT Contoh Lama`, dicatat sebagai nama lain"),
        ]
    );
    assert_eq!(list.faults, []);
}

#[test]
fn rows_that_cannot_be_taken_are_faults_with_their_lines() {
    let list = read(
        "nama,izin,berlaku,status\n\
         PT Satu Rekaan,1/2024,31/13/2027,aktif\n\
         ,2/2024,,\n\
         PT Dua Rekaan,3/2024,,menunggu sidang\n\
         PT Tiga Rekaan,4/2024,,\n\
         PT Empat Rekaan,4/2024,,\n\
         Tiga Rekaan,5/2024,,\n\
         123,6/2024,,\n",
    );
    let faults: Vec<(u64, &str)> =
        list.faults.iter().map(|fault| (fault.line, fault.message.as_str())).collect();
    let beginnings = [
        (2, "tanggal `31/13/2027` tidak terbaca"),
        (3, "nama perusahaan kosong"),
        (4, "status `menunggu sidang` tidak dikenal"),
        (6, "nomor izin `4/2024` sudah dipakai PT Tiga Rekaan di baris 5"),
        (7, "Tiga Rekaan sudah ada di baris 5 dengan izin"),
        (8, "nama perusahaan `123` bukan nama"),
    ];
    assert_eq!(faults.len(), beginnings.len(), "{faults:?}");
    for ((line, message), (expected, beginning)) in faults.iter().zip(beginnings) {
        assert!(*line == expected && message.starts_with(beginning), "{line}: {message}");
    }
    assert_eq!(rows(&list).len(), 1);
}

#[test]
fn branches_of_one_company_are_one_entry() {
    let list = read(
        "nama,izin,telepon\nPT Satu Rekaan,1/2024,0840-0000-0001\nSATU REKAAN PT,1-2024,0840-0000-0002\n",
    );
    assert_eq!(list.rows.len(), 1);
    assert_eq!(list.rows[0].1.phones, ["084000000001", "084000000002"]);
    assert_eq!(list.doubts[0].message, "sudah ada di baris 2; keduanya dicatat sebagai satu");
}

#[test]
fn what_is_no_list_is_refused_with_what_was_seen() {
    let day = "2026-11-01".parse().unwrap();
    for (text, mapped, says) in [
        ("", &[][..], "tidak ada baris judul"),
        ("halo,dunia\n1,2\n", &[], "yang terbaca: `halo`, `dunia`"),
        ("nama,izin\n\n", &[], "tidak ada satu baris pun"),
        (
            "nama,izin\nPT Satu,1\n",
            &[(Column::Status, "keadaan izin".to_owned())],
            "kolom `keadaan izin` tidak ada; yang ada: `nama`, `izin`",
        ),
    ] {
        let said = read_list(text, mapped, "uji", day).unwrap_err().to_string();
        assert!(said.contains(says), "{text:?}: {said}");
    }
}

#[test]
fn a_new_list_is_held_against_the_register() {
    let register = read(
        "nama,izin,berlaku,telepon\n\
         PT Satu Rekaan,1/2024,2027-12-31,0840-0000-0001\n\
         PT Dua Rekaan,2/2024,2027-12-31,0840-0000-0002\n\
         PT Tiga Rekaan,3/2024,2027-12-31,\n",
    );
    let register: Vec<Agency> = register.rows.into_iter().map(|(_, agency)| agency).collect();
    let mut list = read(
        "nama pt,no izin,masa berlaku\n\
         Satu Rekaan,1/2024,31-12-2027\n\
         PT DUA REKAAN,2/2024,31-12-2029\n\
         PT Empat Rekaan,4/2026,31-12-2030\n",
    );
    let changes = list.changes(&register);
    let names = |all: &[Agency]| all.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&changes.gone), ["PT Tiga Rekaan"]);
    assert_eq!(
        changes.new.iter().map(|new| (new.line, &*new.agency.name)).collect::<Vec<_>>(),
        [(4, "PT Empat Rekaan")]
    );
    let changed: Vec<(u64, Vec<String>)> =
        changes.changed.into_iter().map(|one| (one.line, one.what)).collect();
    assert_eq!(
        changed,
        [
            (2, vec!["nama: PT Satu Rekaan → Satu Rekaan".to_owned()]),
            (
                3,
                vec![
                    "nama: PT Dua Rekaan → PT DUA REKAAN".to_owned(),
                    "berlaku sampai: 2027-12-31 → 2029-12-31".to_owned(),
                ]
            ),
        ]
    );
    assert_eq!(list.rows[1].1.phones, ["084000000002"], "the list has no column for numbers");
}
