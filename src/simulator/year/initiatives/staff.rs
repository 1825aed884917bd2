//! Who writes, decides on and carries out initiatives: five people of each office. Nobody can sign in as them.

use std::collections::BTreeMap;

use super::story::Book;
use crate::account::model::{Actor, Role};
use crate::initiative::model::{Duty, Track};
use crate::initiative::workflow::model::Step;
use crate::platform::db::Db;
use crate::simulator::year::people::{NAME, People, add};
use crate::simulator::year::plan::{PROVINCE, Plan};
use crate::simulator::year::{YearError, units};

/// What the logins of people begin with who are made up.
const LOGIN: &str = "mh-";
/// People of an office: what their login says, what they are, what they may do.
const POSITIONS: [(&str, &str, &[Role]); 5] = [
    ("thutruong", "Thủ trưởng", &[Role::AgencyHead]),
    ("thuongtruc", "Phó thủ trưởng thường trực", &[Role::AgencyHead, Role::Officer]),
    ("pho", "Phó thủ trưởng", &[Role::AgencyHead]),
    ("truongphong", "Trưởng phòng nghiệp vụ", &[Role::Officer]),
    ("chuyenvien", "Chuyên viên cải cách hành chính", &[Role::Officer]),
];

/// Everybody.
#[derive(Debug)]
pub struct Staff {
    /// People by agency code, in the order of their positions.
    offices: BTreeMap<String, Vec<Actor>>,
    /// Two who appraise and judge what came of it, so that nobody judges what they appraised.
    appraisers: [Actor; 2],
    approver: Actor,
    publisher: Actor,
}

/// Makes the people of every office that has an initiative.
///
/// # Errors
/// [`YearError`]
pub async fn build(db: &Db, plan: &Plan, people: &People, book: &Book) -> Result<Staff, YearError> {
    let names: BTreeMap<String, String> = units::all()?.into_iter().map(|unit| (unit.agency, unit.name)).collect();
    let mut offices: BTreeMap<String, Vec<Actor>> = BTreeMap::new();
    for story in &book.initiative {
        if offices.contains_key(&story.agency) {
            continue;
        }
        let office = names.get(&story.agency).map_or(NAME, String::as_str);
        let mut persons = Vec::with_capacity(POSITIONS.len());
        for (login, position, roles) in POSITIONS {
            let login = format!("{LOGIN}{login}.{}", story.agency.to_lowercase());
            let name = format!("{position} {office} (minh họa)");
            persons.push(add(db, plan, &login, &name, roles, Some(&story.agency)).await?);
        }
        offices.insert(story.agency.clone(), persons);
    }
    let login = format!("{LOGIN}thamdinh.{}", PROVINCE.to_lowercase());
    let second = add(db, plan, &login, "Tổ theo dõi cải cách hành chính (minh họa)", &[Role::Appraiser], None).await?;
    Ok(Staff {
        offices,
        appraisers: [people.appraiser.clone(), second],
        approver: people.approver.clone(),
        publisher: people.catalog_editor.clone(),
    })
}

impl Staff {
    /// Somebody of an office, by place in the order of positions.
    ///
    /// # Errors
    /// [`YearError::Data`]
    fn person(&self, agency: &str, place: usize) -> Result<&Actor, YearError> {
        let found = self.offices.get(agency).and_then(|persons| persons.get(place));
        found.ok_or_else(|| YearError::Data("stories.toml", format!("nobody works at {agency}")))
    }

    /// The head of an office.
    ///
    /// # Errors
    /// [`YearError::Data`]
    pub fn head(&self, agency: &str) -> Result<&Actor, YearError> {
        self.person(agency, 0)
    }

    /// Who proposes at an office: of a leader's innovation proposal the deputy.
    ///
    /// # Errors
    /// [`YearError::Data`]
    pub fn proposer(&self, agency: &str, track: Track) -> Result<&Actor, YearError> {
        self.person(agency, if track == Track::InnovationProposal { 1 } else { 4 })
    }

    /// Who votes at an office beside its head.
    ///
    /// # Errors
    /// [`YearError::Data`]
    pub fn members(&self, agency: &str) -> Result<[&Actor; 2], YearError> {
        Ok([self.person(agency, 2)?, self.person(agency, 3)?])
    }

    /// Who takes a step of an initiative; `number` is the place of the initiative among all.
    ///
    /// # Errors
    /// [`YearError::Data`]
    pub fn taking(&self, step: &Step, agency: &str, track: Track, number: usize) -> Result<&Actor, YearError> {
        match step.duty {
            Duty::Proposer => self.proposer(agency, track),
            Duty::Appraiser | Duty::Council => Ok(&self.appraisers[number % 2]),
            Duty::Verifier => Ok(&self.appraisers[(number + 1) % 2]),
            Duty::Approver => Ok(&self.approver),
            Duty::Publisher => Ok(&self.publisher),
            Duty::Implementer if track == Track::InnovationProposal => self.person(agency, 1),
            Duty::Recorder => self.person(agency, 3),
            Duty::Head | Duty::Assessor | Duty::Implementer | Duty::Voter => self.head(agency),
        }
    }
}
