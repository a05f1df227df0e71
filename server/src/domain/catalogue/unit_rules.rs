//! What is wrong with a unit, told member by member.

use std::collections::HashSet;
use std::hash::Hash;

use super::unit::{Capacity, Contact, Unit};
use crate::domain::fault::Faults;
use crate::domain::outbox::mail_address::MailAddress;

/// Everything that is wrong with `unit` by itself.
pub fn faults(unit: &Unit, contact: Option<&Contact>) -> Faults {
    let mut faults = Faults::default();
    faults.names("/names", &unit.names, MAX_NAME);
    regions(&mut faults, &unit.regions);
    distinct(&mut faults, "/capacities", &unit.capacities);
    audiences(&mut faults, unit);
    match contact {
        Some(contact) => of_contact(&mut faults, contact),
        None => faults.add(
            "/contact",
            "missing",
            "请填写责任处室、责任人和电话（R86）",
            "name the office, the person and the phone that are responsible (R86)",
        ),
    }
    faults
}

fn regions(faults: &mut Faults, regions: &[String]) {
    faults.require(
        (1..=MAX_LISTED).contains(&regions.len()),
        "/regions",
        "length",
        "应列出 1 到 50 个行政区划代码",
        "name 1 to 50 regions",
    );
    for (at, region) in regions.iter().enumerate() {
        faults.require(
            region.len() == 6 && region.bytes().all(|b| b.is_ascii_digit()),
            format!("/regions/{at}"),
            "malformed",
            "行政区划代码为六位数字",
            "a region is six digits",
        );
    }
    distinct(faults, "/regions", regions);
}

fn audiences(faults: &mut Faults, unit: &Unit) {
    faults.require(
        unit.audiences.len() <= MAX_LISTED,
        "/audiences",
        "length",
        "最多 50 个核验方类别",
        "50 audiences at most",
    );
    for (at, audience) in unit.audiences.iter().enumerate() {
        faults.require(
            is_lower_code(audience),
            format!("/audiences/{at}"),
            "malformed",
            "应为 1 到 32 位小写字母、数字、点、连字符或下划线",
            "must be 1 to 32 small letters, digits, dots, hyphens or underscores",
        );
    }
    distinct(faults, "/audiences", &unit.audiences);
    let verifies =
        unit.capacities.iter().any(|capacity| matches!(capacity, Capacity::Using | Capacity::Social));
    faults.require(
        unit.audiences.is_empty() || verifies,
        "/audiences",
        "no-capacity",
        "只有应用单位和社会核验单位可以核验；请同时设置 using 或 social",
        "only a using or a social unit verifies: add that capacity",
    );
}

fn of_contact(faults: &mut Faults, contact: &Contact) {
    faults.line("/contact/office", &contact.office, MAX_NAME);
    faults.line("/contact/person", &contact.person, MAX_PERSON);
    let phone = &contact.phone;
    let fits = (5..=30).contains(&phone.len())
        && phone.bytes().all(|b| b.is_ascii_digit() || b"+- ()*#".contains(&b))
        && phone.bytes().filter(u8::is_ascii_digit).count() >= 5;
    faults.require(
        fits,
        "/contact/phone",
        "malformed",
        "电话应为 5 到 30 位数字，可含空格和 + - ( )",
        "a phone number has 5 to 30 digits, with + - ( ) and blanks",
    );
    faults.require(
        contact.email.as_deref().is_none_or(|email| MailAddress::parse(email).is_ok()),
        "/contact/email",
        "malformed",
        "应为电子邮箱地址，如 name@mail.example",
        "must be an address of mail, like name@mail.example",
    );
}

/// What stands twice is named where it stands the second time.
fn distinct<T: Hash + Eq>(faults: &mut Faults, pointer: &str, listed: &[T]) {
    let mut seen = HashSet::new();
    for (at, one) in listed.iter().enumerate() {
        faults.require(seen.insert(one), format!("{pointer}/{at}"), "duplicate", "重复", "stands twice");
    }
}

fn is_lower_code(code: &str) -> bool {
    (1..=32).contains(&code.len())
        && code
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_'))
        && code.bytes().any(|b| b.is_ascii_alphanumeric())
}

const MAX_NAME: usize = 100;
const MAX_PERSON: usize = 50;
const MAX_LISTED: usize = 50;

#[cfg(test)]
mod tests {
    use liangzheng_core::text::Text;

    use super::*;
    use crate::domain::catalogue::unit::UnitState;

    fn unit() -> Unit {
        Unit {
            id: "11990100MB0000019L".parse().unwrap(),
            names: Text::fixed("云溪市市场监督管理局", "Yunxi Administration for Market Regulation"),
            regions: vec!["990100".into()],
            capacities: vec![Capacity::Issuing, Capacity::Using],
            audiences: vec!["inspector".into()],
            parent: None,
            successor: None,
            state: UnitState::Active,
        }
    }

    fn contact() -> Contact {
        Contact {
            office: "食品科".into(), person: "秦某".into(), phone: "0990-1234567".into(), email: None
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(faults(&unit(), Some(&contact())), Faults::default());
        type Wrong = fn(&mut Unit, &mut Contact);
        let cases: [(&str, Wrong); 12] = [
            ("/names/zh-CN", |unit, _| unit.names = Text::fixed("", "A")),
            ("/regions", |unit, _| unit.regions.clear()),
            ("/regions/0", |unit, _| unit.regions = vec!["99010".into()]),
            ("/regions/1", |unit, _| unit.regions.push("990100".into())),
            ("/capacities/2", |unit, _| unit.capacities.push(Capacity::Using)),
            ("/audiences/0", |unit, _| unit.audiences = vec!["Inspector".into()]),
            ("/audiences/1", |unit, _| unit.audiences.push("inspector".into())),
            ("/audiences", |unit, _| unit.capacities = vec![Capacity::Issuing]),
            ("/contact/office", |_, contact| contact.office = " ".into()),
            ("/contact/person", |_, contact| contact.person = "秦\u{200b}某".into()),
            ("/contact/phone", |_, contact| contact.phone = "call me".into()),
            ("/contact/phone", |_, contact| contact.phone = "---()".into()),
        ];
        for (pointer, spoil) in cases {
            let (mut unit, mut contact) = (unit(), contact());
            spoil(&mut unit, &mut contact);
            let told: Vec<String> =
                faults(&unit, Some(&contact)).0.iter().map(|fault| fault.pointer.to_string()).collect();
            assert_eq!(told, [pointer]);
        }
        assert_eq!(faults(&unit(), None).0.len(), 1);
    }
}
