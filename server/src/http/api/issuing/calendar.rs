//! `/api/v1/calendar/{year}`: the working days by which deadlines are counted.

use actix_web::web;
use liangzheng_core::time::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::EnterCalendar;
use crate::domain::calendar::CalendarYear;
use crate::domain::fault::Faults;
use crate::http::answer::Answer;
use crate::http::extract::{Body, Permitted};
use crate::http::problem::{Problem, kinds};
use crate::service::issuing::calendar::{self, CalendarError};

/// A year of the calendar.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Year {
    /// Which.
    year: i16,
    /// Whether it is not announced yet: then its weekdays are counted, and every deadline in it may still move.
    provisional: bool,
    /// The notice of the State Council.
    notice: Option<String>,
    /// Days off, weekends among them.
    off: Vec<Day>,
    /// Days of a weekend on which people work.
    work: Vec<Day>,
}

/// Body of `PUT …/{year}`. Days are `YYYYMMDD`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct YearRequest {
    /// The notice of the State Council.
    #[schemars(length(min = 1, max = 200))]
    notice: String,
    /// Days off, weekends among them.
    off: Vec<String>,
    /// Days of a weekend on which people work.
    work: Vec<String>,
}

/// `GET /api/v1/calendar/{year}`
pub async fn read(app: web::Data<App>, year: web::Path<i16>) -> Result<Answer<Year>, Problem> {
    let year = in_range(*year)?;
    Ok(Answer::of(told(year, calendar::year(&app, year).await?)))
}

/// `PUT /api/v1/calendar/{year}`
pub async fn enter(
    app: web::Data<App>,
    permit: Permitted<EnterCalendar>,
    year: web::Path<i16>,
    body: Body<YearRequest>,
) -> Result<Answer<Year>, Problem> {
    let year = in_range(*year)?;
    let table = read_table(body.0)?;
    calendar::enter(&app, &permit, year, &table).await?;
    Ok(Answer::of(told(year, Some(table))))
}

fn told(year: i16, known: Option<CalendarYear>) -> Year {
    let provisional = known.is_none();
    let CalendarYear { notice, off, work } = known.unwrap_or_default();
    Year { year, provisional, notice, off, work }
}

/// Years in which days are written with four digits.
fn in_range(year: i16) -> Result<i16, Problem> {
    if (1900..=2200).contains(&year) { Ok(year) } else { Err(Problem::new(&kinds::NOT_FOUND)) }
}

fn read_table(body: YearRequest) -> Result<CalendarYear, Problem> {
    let mut faults = Faults::default();
    faults.line("/notice", &body.notice, 200);
    let mut days = |member: &str, texts: &[String]| -> Vec<Day> {
        let mut days = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            match Day::parse(text) {
                Some(day) => days.push(day),
                None => faults.add(
                    format!("/{member}/{at}"),
                    "date",
                    "应为存在的日期，格式 YYYYMMDD",
                    "must be a day that exists, as YYYYMMDD",
                ),
            }
        }
        days
    };
    let table = CalendarYear {
        off: days("off", &body.off),
        work: days("work", &body.work),
        notice: Some(body.notice),
    };
    faults.none().map_err(|faults| Problem::new(&kinds::INVALID).faults(faults))?;
    Ok(table)
}

impl From<CalendarError> for Problem {
    fn from(error: CalendarError) -> Self {
        match error {
            CalendarError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            CalendarError::Work(error) => error.into(),
        }
    }
}
