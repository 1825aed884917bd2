//! `search`: what a citizen would find, and why; and how search does on judged queries.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use crate::app;
use crate::config::Settings;
use crate::search::engine::{Engine, Place, SearchError};
use crate::search::find::{Answer, Found, Request};
use crate::search::index::IndexError;
use crate::search::judge::{Judgement, judge, read};

/// What to look for.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The words.
    #[arg(required_unless_present = "judge")]
    query: Option<String>,
    /// Show what was understood and why each result ranks where it does.
    #[arg(long)]
    explain: bool,
    /// How many results.
    #[arg(long, default_value_t = 10)]
    limit: usize,
    /// List provincial copies one by one.
    #[arg(long)]
    no_group: bool,
    /// Measure search on a file of judged queries (JSON lines) instead.
    #[arg(long, value_name = "FILE")]
    judge: Option<PathBuf>,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

/// Searches the catalog of this installation.
pub async fn run(settings: &Settings, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let db = app::open_database(settings).await?;
    let folder = settings.index_dir();
    let engine = match Engine::open(&db, Place::Folder(&folder)).await {
        // A serving process owns the folder: this command builds its own view.
        Err(SearchError::Index(IndexError::InUse)) => Engine::open(&db, Place::Memory).await?,
        other => other?,
    };
    if let Some(file) = &arguments.judge {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        print_judgement(&judge(&engine, &read(&text)?), arguments.json)?;
        return Ok(ExitCode::SUCCESS);
    }
    let text = arguments.query.unwrap_or_default();
    let request = Request { text, limit: arguments.limit, group: !arguments.no_group, ..Request::default() };
    let answer = engine.search(&request);
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&to_json(&answer))?);
    } else {
        print_answer(&answer, arguments.explain);
    }
    Ok(ExitCode::SUCCESS)
}

fn print_answer(answer: &Answer, explain: bool) {
    if explain {
        for line in &answer.understood {
            println!("understood  {line}");
        }
        if let Some(corrected) = &answer.corrected {
            println!("read as     {corrected}");
        }
    }
    println!("{} matches", answer.total);
    for (place, found) in (1..).zip(&answer.found) {
        let copies = if found.variants > 1 { format!("  (+{} copies)", found.variants - 1) } else { String::new() };
        println!("{place:>3}  {}  {}{copies}", found.shown.code, found.shown.name);
        if explain {
            print_reasons(found);
        }
    }
}

fn print_reasons(found: &Found) {
    if found.score >= f32::MAX {
        println!("     its code was asked for");
        return;
    }
    let f = &found.features;
    println!(
        "     {:.3} = bm25 {:.2}, coverage {:.2}, pairs {:.2}, marks {:.2}, position {:.2}, of the name {:.2}, prior {:.2}, qualifiers {:.1}, synonym {:.0}",
        found.score,
        f.bm25,
        f.coverage,
        f.pairs,
        f.marks,
        f.position,
        f.name_coverage,
        f.prior,
        f.qualifiers,
        f.expanded
    );
}

fn to_json(answer: &Answer) -> serde_json::Value {
    let items: Vec<serde_json::Value> = answer
        .found
        .iter()
        .map(|f| {
            serde_json::json!({
                "code": f.shown.code, "name": f.shown.name, "variants": f.variants,
                "score": f.score, "features": f.features,
            })
        })
        .collect();
    serde_json::json!({
        "total": answer.total, "understood": answer.understood, "corrected": answer.corrected, "items": items,
    })
}

fn print_judgement(judgement: &Judgement, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(judgement)?);
        return Ok(());
    }
    let line = |name: &str, s: &crate::search::judge::Scores| {
        println!(
            "{name:<10} n {:>4}  s@1 {:.3}  s@5 {:.3}  MRR@10 {:.3}",
            s.n, s.success_at_1, s.success_at_5, s.mrr_at_10
        );
    };
    for (class, scores) in &judgement.classes {
        line(class, scores);
    }
    line("all", &judgement.all);
    for failure in &judgement.failures {
        println!(
            "{} {} «{}» place {:?}: {}",
            failure.id,
            failure.class,
            failure.query,
            failure.place,
            failure.first.join(" | ")
        );
    }
    Ok(())
}
