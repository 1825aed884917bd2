//! `/sang-kien/{id}/to-trinh`: the decision sheet as a page to print and as a Word document. Both are made of one
//! [`model::Sheet`], so that they cannot say different things; who may see the initiative may see its sheet.

mod docx;
pub mod model;
mod parts;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use self::model::{Block, Names, Sheet};
use super::refusal;
use crate::account::store as account_store;
use crate::catalog::store as catalog_store;
use crate::initiative::actions::error::InitiativeError;
use crate::platform::db::Tx;
use crate::platform::problem::Problem;
use crate::web::api::initiative_views::Sight;
use crate::web::attachment::{DOCX, attachment};
use crate::web::pages::{frame, message, render};
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "initiative_sheet.html")]
struct SheetPage {
    frame: Frame,
    sheet: Sheet,
}

/// The sheet to be read and printed.
pub async fn page(State(state): State<AppState>, visitor: Visitor, Path(id): Path<String>) -> Response {
    match sheet(&state, &visitor, &id).await {
        Ok(sheet) => render(StatusCode::OK, &SheetPage { frame: frame(&state, &visitor, false), sheet }),
        Err(error) => refusal(&state, &visitor, error),
    }
}

/// The sheet as a Word document.
pub async fn document(State(state): State<AppState>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let sheet = match sheet(&state, &visitor, &id).await {
        Ok(sheet) => sheet,
        Err(error) => return refusal(&state, &visitor, error),
    };
    match docx::write(&sheet) {
        Ok(file) => attachment(DOCX, &format!("to-trinh-{}.docx", sheet.initiative), file),
        Err(error) => message::of(&state, &visitor, &Problem::internal(&error), ""),
    }
}

async fn sheet(state: &AppState, visitor: &Visitor, id: &str) -> Result<Sheet, InitiativeError> {
    let mut tx = state.db.read().await?;
    let sight = Sight::load(&mut tx, visitor.actor.as_ref(), id).await?;
    let names = names(&mut tx, &sight).await?;
    Ok(Sheet::of(&sight, &names, state.clock.now()))
}

/// Names of organisations and procedures that the sheet speaks of.
async fn names(tx: &mut Tx, sight: &Sight) -> Result<Names, InitiativeError> {
    let organisations = account_store::organisations(tx).await?;
    let tree = account_store::tree(tx).await?;
    let name = |id: &str| organisations.iter().find(|(of, _)| of == id).map(|(_, name)| name.clone());
    let own = sight.item.organisation_id.as_deref();
    let mut names = Names {
        agency: own.and_then(name),
        superior: own.and_then(|id| tree.above(id)).and_then(name),
        ..Names::default()
    };
    for code in sight.item.measures.iter().flat_map(|stored| stored.measure.procedures()) {
        if !names.procedures.contains_key(&code)
            && let Some(known) = catalog_store::find(tx, &code).await?
        {
            names.procedures.insert(code, known.procedure.name);
        }
    }
    Ok(names)
}
