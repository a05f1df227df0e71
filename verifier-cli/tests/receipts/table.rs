//! The table for spreadsheets, and where exports go.

use std::{
    fs, io::Read as _, os::unix::fs::FileTypeExt as _, os::unix::fs::PermissionsExt as _,
    os::unix::fs::symlink, process::Command,
};

use super::{
    setting::{Kept, lines},
    support::{program, run, with_status, write},
};

#[test]
fn a_table_for_spreadsheets_is_made() {
    let place = Kept::new("receipts-export");
    place.verify(&with_status(1, 0), "kept");
    let (kept, table) = (place.path("kept"), place.path("table.csv"));
    assert_eq!(run(&["receipts", "export", "--receipts", &kept, &table]).code, 0);
    let text = fs::read_to_string(&table).unwrap();
    assert!(text.starts_with("\u{feff}id,time,verdict,code,"), "{text}");
    let row = text.lines().nth(1).unwrap();
    assert!(row.contains(",2027-01-15 16:00:00,valid,OK,inspect.food,"), "{row}");
    assert_eq!(row.split(',').count(), text.lines().next().unwrap().split(',').count());

    let said = run(&["receipts", "export", "--receipts", &kept, &kept]);
    assert_eq!(said.code, 64, "{said:?}");
    assert_eq!(lines(place.0.0.join("kept")).len(), 1);
}

/// It holds identifiers of licences and tokens, as its source does.
#[test]
fn a_new_table_is_for_its_owner_and_an_old_one_for_whom_it_was() {
    let place = Kept::new("receipts-export-mode");
    place.verify(&with_status(1, 0), "kept");
    let export = |name: &str| {
        let said = run(&["receipts", "export", "--receipts", &place.path("kept"), &place.path(name)]);
        assert_eq!(said.code, 0, "{said:?}");
        fs::metadata(place.0.0.join(name)).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(export("new.csv"), 0o600);
    fs::set_permissions(place.0.0.join("new.csv"), fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(export("new.csv"), 0o640);
    symlink("behind.csv", place.0.0.join("link.csv")).unwrap();
    assert_eq!(export("link.csv"), 0o600);
    assert!(place.0.0.join("link.csv").is_symlink() && place.0.0.join("behind.csv").is_file());
}

fn to<'a>(export: &[&'a str], target: &'a str) -> Vec<&'a str> {
    [export, &[target]].concat()
}

#[test]
fn an_export_goes_into_what_cannot_be_replaced() {
    let place = Kept::new("receipts-export-into");
    place.verify(&with_status(1, 0), "kept");
    let (kept, bundle, fifo) = (place.path("kept"), place.path("bundle"), place.path("fifo"));
    // What `/dev/stdout` is; as root, a program that got this wrong would replace the machine's own.
    let stdout = place.path("stdout");
    symlink("/proc/self/fd/1", &stdout).unwrap();
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    // Opened for writing, too, so that nothing here waits for the other end; a pipe holds either export.
    let mut pipe = fs::File::options().read(true).write(true).open(&fifo).unwrap();
    let exports: [(&[&str], &str); 2] = [
        (&["receipts", "export", "--receipts", &kept], "\u{feff}id,time,"),
        (&["bundle", "export", "--bundle", &bundle], r#"{"format":"liangzheng-bundle/1""#),
    ];
    for (export, start) in exports {
        let said = run(&to(export, &stdout));
        assert!(said.code == 0 && said.stdout.starts_with(start), "{said:?}");
        assert_eq!(run(&to(export, "-")).stdout, said.stdout);

        assert_eq!(run(&to(export, &fifo)).code, 0);
        assert!(fs::metadata(&fifo).unwrap().file_type().is_fifo());
        let mut piped = vec![0; said.stdout.len()];
        pipe.read_exact(&mut piped).unwrap();
        assert_eq!(piped, said.stdout.as_bytes());

        // As `>>` does it.
        write(place.0.0.join("out"), "before\n");
        let out = fs::File::options().append(true).open(place.0.0.join("out")).unwrap();
        assert!(program(&to(export, &stdout)).stdout(out).status().unwrap().success());
        assert_eq!(fs::read_to_string(place.0.0.join("out")).unwrap(), format!("before\n{}", said.stdout));

        let said = run(&to(export, &place.path(".")));
        assert!(said.code == 74 && said.stderr.contains("cannot read or write"), "{said:?}");
    }
}
