//! Rule 3: JSON answers live in `http/api`. The one exception is the small outcome of a command, which is stored to be
//! given again.

use liangzheng_tests::source::sources;

/// What else is written as JSON, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("domain/catalogue/inspection_matter.rs", "an entry, stored as it was sent"),
    ("domain/catalogue/kind.rs", "likewise"),
    ("domain/catalogue/matter.rs", "likewise"),
    ("domain/catalogue/scene.rs", "likewise"),
    ("domain/catalogue/using_list.rs", "likewise"),
    ("domain/catalogue/unit.rs", "who is responsible and who succeeds, kept as they were sent"),
    ("service/actor/accounts.rs", "the outcome of giving an account, likewise"),
    ("service/actor/roles.rs", "a role as it is proposed, sealed with the proposal"),
    ("service/actor/recovery.rs", "the outcome of restoring an account, likewise"),
    ("service/actor/agencies.rs", "the outcome of naming an agent, stored for its idempotency key"),
    (
        "service/actor/agency_entries.rs",
        "the outcome of entering an agency, likewise, and what is sealed of it",
    ),
    ("service/actor/identity_tasks.rs", "what the identity provider said of a person, sealed in a column"),
    ("service/catalogue/units.rs", "the outcome of entering a unit, likewise"),
    ("storage/actor/person.rs", "what is sealed in a column"),
    ("domain/issuing/record.rs", "what is sealed of a licence, byte for byte"),
    ("service/access/proposals.rs", "the outcome of a decision, stored for its idempotency key"),
    ("service/access/proposals/effects.rs", "likewise: what was carried out"),
    ("service/actor/clients.rs", "the outcome of registering a client, stored for its idempotency key"),
    ("service/actor/oidc/mod.rs", "a login under way, sealed in a cookie"),
    ("service/actor/oidc/provider.rs", "what the library of OAuth asks of a token's further members"),
    ("service/catalogue/entries.rs", "the outcome of writing an entry, stored for its idempotency key"),
    ("domain/issuing/draft.rs", "a draft, kept as it was sent"),
    ("domain/issuing/person.rs", "likewise"),
    ("domain/issuing/import/mod.rs", "a row of an import, sealed in a column"),
    ("domain/issuing/import/cell.rs", "likewise"),
    (
        "service/issuing/imports/mod.rs",
        "the outcome of sending an import and of acting on one, stored for its idempotency key",
    ),
    ("service/issuing/pictures.rs", "the outcome of keeping a picture, stored for its idempotency key"),
    (
        "service/issuing/reconciliations.rs",
        "the outcome of a comparison, likewise, and its rows, which are fingerprinted for that key",
    ),
    (
        "service/issuing/submissions.rs",
        "the outcome of a submission, likewise, and its content, kept as it was sent",
    ),
    ("service/issuing/cases.rs", "the outcome of opening a case, stored for its idempotency key"),
    ("service/consent/authorisations.rs", "the outcome of an authorisation, stored for its idempotency key"),
    ("service/consent/delegations.rs", "the outcome of a delegation, likewise"),
    ("service/consent/duty_applications.rs", "the outcome of an application, likewise"),
    (
        "domain/casework/analysis.rs",
        "which licences are counted, as sent and kept, and the counts, sealed in a column",
    ),
    ("service/casework/analyses.rs", "the outcome of an application, likewise"),
    ("service/issuing/drafts.rs", "the outcome of writing a draft, likewise"),
    ("service/issuing/prints.rs", "the outcome of entering a copy, likewise"),
    ("service/issuing/register.rs", "what the base register is asked"),
    ("service/licence/acts.rs", "the outcome of an act, stored for its idempotency key"),
    ("service/licence/requests.rs", "the outcome of a request, likewise"),
    ("service/outbox/telling.rs", "to whom a letter goes, sealed in a column"),
    ("service/publication/ceremony.rs", "files that custodians exchange"),
    ("service/publication/trust.rs", "the key set as published"),
    ("service/showing/device.rs", "the outcome of registering a phone, likewise"),
    ("service/showing/offline_grant.rs", "a grant, stored for its idempotency key"),
    ("service/showing/show.rs", "a code, likewise"),
    ("service/verifying/scans.rs", "the outcome of handing in receipts, likewise"),
    ("storage/actor/client.rs", "public keys in a column"),
    ("storage/actor/holder.rs", "what is sealed in a column"),
    ("storage/consent/delegation.rs", "likewise"),
];

#[test]
fn answers_live_in_http() {
    let mut odd = Vec::new();
    let mut known: Vec<&str> = EXCEPTIONS.iter().map(|(name, _)| *name).collect();
    for file in sources("server/src") {
        if !["service/", "domain/", "storage/"].iter().any(|layer| file.name.starts_with(layer)) {
            continue;
        }
        let derives = file.code().any(|(_, line)| line.contains("derive(") && line.contains("Serialize"));
        if !derives {
            continue;
        }
        match known.iter().position(|name| *name == file.name) {
            Some(at) => drop(known.swap_remove(at)),
            None => odd.push(file.name),
        }
    }
    assert_eq!(odd, [""; 0], "an answer stands in http/api");
    assert_eq!(known, [""; 0], "no exception any more");
}
