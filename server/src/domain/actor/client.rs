//! Registered clients: programs of units that prove themselves by signatures, never by passwords.

use std::fmt;

use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;

use crate::domain::actor::membership::Role;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::unit::Capacity;
use crate::domain::fault::Fault;
use crate::domain::ids::{AccountId, ClientId};
use crate::words;

words! {
    /// With what a client signs.
    pub enum KeyAlgorithm: "algorithm" {
        /// ECDSA on P-256.
        Es256 = "ES256" / "ES256" / "ES256",
        /// Ed25519.
        EdDsa = "EdDSA" / "EdDSA" / "EdDSA",
        /// RSA-PSS with SHA-256.
        Ps256 = "PS256" / "PS256" / "PS256",
        /// RSA PKCS #1 v1.5 with SHA-256.
        Rs256 = "RS256" / "RS256" / "RS256",
    }
}

/// A public key of a client, as it came: members of a JWK in base64url.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientKey {
    /// By which its assertions name it.
    pub kid: String,
    /// The one algorithm it is for.
    pub algorithm: KeyAlgorithm,
    /// The key itself.
    pub material: KeyMaterial,
}

/// The members of a JWK that make the key.
#[derive(Clone, PartialEq, Eq)]
pub enum KeyMaterial {
    /// A point of P-256.
    P256 {
        /// First coordinate.
        x: String,
        /// Second coordinate.
        y: String,
    },
    /// A point of Ed25519.
    Ed25519 {
        /// The point.
        x: String,
    },
    /// An RSA key.
    Rsa {
        /// The modulus.
        n: String,
        /// The exponent.
        e: String,
    },
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientKey").field("kid", &self.kid).field("algorithm", &self.algorithm).finish()
    }
}

/// A registered client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its id: `iss` and `sub` of its assertions.
    pub id: ClientId,
    /// The account through which it acts; no person logs in to it.
    pub account: AccountId,
    /// The unit it works for.
    pub unit: Uscc,
    /// Its names.
    pub names: Text,
    /// What it may do there.
    pub roles: Vec<Role>,
    /// The matters of the unit's using list that it may fetch for.
    pub matters: Vec<String>,
    /// Its public keys.
    pub keys: Vec<ClientKey>,
    /// When it was registered.
    pub created_at: UnixTime,
}

/// Whether a program of a unit with these capacities may have the role. A program is no person: it approves nothing,
/// confirms nothing that takes two persons, and gives no rights.
pub fn may_have(role: Role, capacities: &[Capacity]) -> bool {
    let needed = match role {
        Role::IssuerMaker => Capacity::Issuing,
        Role::Handler | Role::Inspector => Capacity::Using,
        Role::Verifier => Capacity::Social,
        Role::IssuerChecker | Role::UnitAdmin | Role::Manager | Role::Operator | Role::Auditor => {
            return false;
        }
    };
    capacities.contains(&needed)
}

/// What is wrong with the roles asked for.
pub fn faults_of_roles(roles: &[Role], capacities: &[Capacity]) -> Vec<Fault> {
    let wrong = roles.iter().enumerate().filter(|(at, role)| {
        !may_have(**role, capacities) || roles.iter().position(|same| same == *role) != Some(*at)
    });
    wrong
        .map(|(at, _)| Fault {
            pointer: format!("/roles/{at}").into(),
            code: "role",
            text: Text::fixed(
                "该单位的系统不能有此岗位：签发单位为制证人员，应用单位为办事人员、检查人员，社会化核验单位为核验人员，且不能重复",
                "a client of this unit cannot have this role: issuing units give issuer_maker, using units handler and inspector, social units verifier, each once",
            ),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_gets_what_its_units_capacities_give_and_never_what_a_person_must_do() {
        let all = Capacity::ALL;
        let allowed = [Role::IssuerMaker, Role::Handler, Role::Inspector, Role::Verifier];
        for role in Role::ALL {
            assert_eq!(may_have(*role, all), allowed.contains(role), "{role}");
            assert!(!may_have(*role, &[]), "{role}");
        }
        assert!(
            may_have(Role::Verifier, &[Capacity::Social]) && !may_have(Role::Verifier, &[Capacity::Using])
        );
        let twice = faults_of_roles(&[Role::Handler, Role::Handler, Role::Manager], all);
        assert_eq!(twice.iter().map(|fault| &*fault.pointer).collect::<Vec<_>>(), ["/roles/1", "/roles/2"]);
    }
}
