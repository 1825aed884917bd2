//! The people of the offices. Nobody can sign in as them: they have no password.

use super::YearError;
use super::plan::{PROVINCE, Plan};
use super::units;
use crate::account::actions::add_organisation;
use crate::account::audit::Author;
use crate::account::model::{Actor, Role, UserId};
use crate::account::store;
use crate::platform::db::Db;

/// No hash of a password reads like this, so that none matches.
const NO_PASSWORD: &str = "!";

/// The name of the province's organisation.
pub(super) const NAME: &str = "UBND tỉnh Hưng Yên";
/// The department of justice.
const JUSTICE: &str = "H31.2";

/// The people, by what they do. All but the officer act for the whole installation.
#[derive(Debug, Clone)]
pub struct People {
    /// Handles procedures of the justice department, writes initiatives.
    pub officer: Actor,
    /// Heads that department.
    pub agency_head: Actor,
    /// Examines initiatives.
    pub appraiser: Actor,
    /// Decides about them.
    pub approver: Actor,
    /// Records claims, decides about flags.
    pub assessor: Actor,
    /// Looks after sources of figures and service levels.
    pub metric_owner: Actor,
    /// Amends the catalog.
    pub catalog_editor: Actor,
}

/// Makes the province with its departments, and people.
///
/// # Errors
/// [`YearError`]
pub async fn build(db: &Db, plan: &Plan) -> Result<People, YearError> {
    add_organisation(db, Author::COMMAND_LINE, PROVINCE, NAME, None, plan.begin()).await?;
    for unit in units::all()?.iter().filter(|unit| !unit.is_commune()) {
        let (by, above) = (Author::COMMAND_LINE, Some(PROVINCE));
        add_organisation(db, by, &unit.agency, &unit.name, above, plan.begin()).await?;
    }
    let justice = Some(JUSTICE);
    Ok(People {
        officer: add(db, plan, "chuyenvien.tp", "Chuyên viên Sở Tư pháp (minh họa)", &[Role::Officer], justice).await?,
        agency_head: add(db, plan, "giamdoc.tp", "Giám đốc Sở Tư pháp (minh họa)", &[Role::AgencyHead], justice)
            .await?,
        appraiser: add(
            db,
            plan,
            "thamdinh.vp",
            "Phòng Kiểm soát thủ tục hành chính (minh họa)",
            &[Role::Appraiser],
            None,
        )
        .await?,
        approver: add(db, plan, "pheduyet.ubnd", "Lãnh đạo UBND tỉnh (minh họa)", &[Role::Approver], None).await?,
        assessor: add(db, plan, "danhgia.vp", "Tổ đánh giá dịch vụ công (minh họa)", &[Role::Officer], None).await?,
        metric_owner: add(db, plan, "solieu.khcn", "Trung tâm Chuyển đổi số (minh họa)", &[Role::MetricOwner], None)
            .await?,
        catalog_editor: add(
            db,
            plan,
            "danhmuc.vp",
            "Tổ công khai thủ tục hành chính (minh họa)",
            &[Role::CatalogEditor],
            None,
        )
        .await?,
    })
}

pub(super) async fn add(
    db: &Db,
    plan: &Plan,
    login: &str,
    name: &str,
    roles: &[Role],
    organisation: Option<&str>,
) -> Result<Actor, YearError> {
    let actor = Actor {
        id: UserId::generate(),
        login: login.to_owned(),
        name: name.to_owned(),
        roles: roles.to_vec(),
        organisation_id: organisation.map(str::to_owned),
    };
    let mut tx = db.write().await?;
    store::insert_user(&mut tx, &actor, NO_PASSWORD, plan.begin()).await?;
    tx.commit().await?;
    Ok(actor)
}
