//! The base registers 基础库: whether a holder's name and number are known together (R26).
//!
//! A register is a service of somebody else over HTTP. It may be down, slow, or answer nonsense; then nothing is known,
//! the draft waits, and a job asks again: an answer that cannot be read is never taken for a yes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use ureq::Agent;
use zeroize::Zeroizing;

use crate::config::RegistersConfig;
use crate::domain::actor::holder::HolderKind;
use crate::domain::issuing::draft::RegisterState;
use crate::domain::issuing::person::Person;
use crate::domain::text::PlainText;
use crate::service::outgoing::{self, FileError};

/// The registers that this installation asks.
pub struct Registers {
    population: Option<Source>,
    legal: Option<Source>,
    bearer: Option<Zeroizing<String>>,
    agent: Agent,
    places: Semaphore,
}

/// Where a register is asked.
#[derive(Clone)]
enum Source {
    /// At this URL.
    Served(Arc<str>),
    /// In this process.
    Here(Arc<dyn BaseRegister>),
}

/// A register in this process, for a program that makes licences of people whom it knows, as the demo is.
pub trait BaseRegister: Send + Sync {
    /// What it says of one person.
    fn answer(&self, id_type: &str, id_number: &str, name: &str) -> Answer;
}

/// What the registers said of several holders together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The gravest of the answers.
    pub state: RegisterState,
    /// In the register's words, or why there is no answer.
    pub detail: Option<String>,
}

/// One question.
#[derive(Serialize)]
struct Question<'a> {
    id_type: &'a str,
    id_number: &'a str,
    name: &'a str,
}

/// One answer; what else a register tells is not looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// Whether it knows the person by this name and number.
    #[serde(rename = "match")]
    pub matches: bool,
    /// Why not, in its words.
    #[serde(default)]
    pub detail: Option<String>,
}

impl Registers {
    /// Reads the files that the configuration names.
    pub fn new(config: &RegistersConfig) -> Result<Self, FileError> {
        let client = config.client_certificate_file.as_deref().zip(config.client_key_file.as_deref());
        let agent = outgoing::agent(config.ca_file.as_deref(), client, config.timeout_seconds)?;
        let bearer = match &config.bearer_file {
            None => None,
            Some(file) => {
                let text =
                    String::from_utf8(outgoing::read(file)?).map_err(|error| FileError::new(file, error))?;
                Some(Zeroizing::new(text.trim().to_owned()))
            }
        };
        Ok(Self {
            population: config.population.as_deref().map(|url| Source::Served(url.into())),
            legal: config.legal.as_deref().map(|url| Source::Served(url.into())),
            bearer,
            agent,
            places: Semaphore::new(AT_ONCE),
        })
    }

    /// The same, with one register in this process for holders of every kind.
    #[must_use]
    pub fn with(self, register: Arc<dyn BaseRegister>) -> Self {
        let here = Some(Source::Here(register));
        Self { population: here.clone(), legal: here, ..self }
    }

    /// Asks for all of `people` and tells the gravest answer.
    pub async fn compare(&self, people: &[Person]) -> Compared {
        let mut gravest = Compared { state: RegisterState::NotConfigured, detail: None };
        let people: Vec<&Person> = people.iter().collect();
        for found in self.compare_each(&people).await {
            if gravity(found.state) > gravity(gravest.state) {
                gravest = found;
            }
        }
        gravest
    }

    /// Asks for all of `people`, a full request at a time, and tells of each, in their order.
    pub async fn compare_each(&self, people: &[&Person]) -> Vec<Compared> {
        let nothing = Compared { state: RegisterState::NotConfigured, detail: None };
        let mut told = vec![nothing; people.len()];
        for is_natural in [true, false] {
            let source = if is_natural { &self.population } else { &self.legal };
            let Some(source) = source else { continue };
            let of_kind =
                |(_, person): &(usize, &&Person)| (person.kind == HolderKind::Natural) == is_natural;
            let asked: Vec<(usize, &&Person)> = people.iter().enumerate().filter(of_kind).collect();
            for some in asked.chunks(MOST) {
                let questions: Vec<&Person> = some.iter().map(|(_, person)| **person).collect();
                let answers = self.ask(source, &questions).await;
                for (at, (place, _)) in some.iter().enumerate() {
                    let found = match &answers {
                        Ok(answers) => answers.get(at).map(compared),
                        Err(detail) => {
                            Some(Compared { state: RegisterState::Waiting, detail: Some(detail.clone()) })
                        }
                    };
                    if let (Some(place), Some(found)) = (told.get_mut(*place), found) {
                        *place = found;
                    }
                }
            }
        }
        told
    }

    /// One answer for each of `people`, in their order, or why there is none.
    async fn ask(&self, source: &Source, people: &[&Person]) -> Result<Vec<Answer>, String> {
        let url = match source {
            Source::Served(url) => url,
            Source::Here(register) => {
                let asked = people.iter().map(|person| question(person));
                return Ok(asked.map(|one| register.answer(one.id_type, one.id_number, one.name)).collect());
            }
        };
        // A slow register must not take all threads that wait for it.
        let Ok(_place) = self.places.try_acquire() else {
            return Err("too many questions wait for it".into());
        };
        let questions: Vec<Question<'_>> = people.iter().map(|person| question(person)).collect();
        let body = Zeroizing::new(serde_json::to_vec(&questions).map_err(|error| error.to_string())?);
        let mut request = self.agent.post(&**url).content_type("application/json");
        if let Some(bearer) = &self.bearer {
            request = request.header("Authorization", format!("Bearer {}", bearer.as_str()));
        }
        let wanted = people.len();
        let answered = tokio::task::spawn_blocking(move || {
            let mut response = request.send(&**body).map_err(|error| error.to_string())?;
            let text = response
                .body_mut()
                .with_config()
                .limit(MAX_ANSWER)
                .read_to_vec()
                .map_err(|error| error.to_string())?;
            // The error of the reader may quote what was sent: it is not kept.
            let answers: Vec<Answer> =
                serde_json::from_slice(&text).map_err(|_| "its answer cannot be read".to_owned())?;
            if answers.len() == wanted {
                Ok(answers)
            } else {
                Err(format!("it answered {} of {wanted} questions", answers.len()))
            }
        });
        answered.await.unwrap_or_else(|error| Err(error.to_string()))
    }
}

fn question(person: &Person) -> Question<'_> {
    Question { id_type: person.number.id_type(), id_number: person.number.number(), name: &person.name }
}

fn compared(answer: &Answer) -> Compared {
    if answer.matches {
        return Compared { state: RegisterState::Matched, detail: None };
    }
    // Somebody else's words: kept only if people can read them.
    let detail = answer.detail.as_deref().and_then(|text| PlainText::line(text, MAX_DETAIL).ok());
    Compared { state: RegisterState::Mismatched, detail: detail.map(String::from) }
}

const fn gravity(state: RegisterState) -> u8 {
    match state {
        RegisterState::NotConfigured => 0,
        RegisterState::Matched => 1,
        RegisterState::Waiting => 2,
        RegisterState::Mismatched => 3,
    }
}

/// Questions in one request, as registers take them.
const MOST: usize = 500;
/// Questions under way at once.
const AT_ONCE: usize = 16;
/// Bytes of an answer to 500 questions, with room.
const MAX_ANSWER: u64 = 512 * 1024;
/// Characters of a detail that are kept.
const MAX_DETAIL: usize = 200;
