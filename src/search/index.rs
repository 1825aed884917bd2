//! The index of record on disk: documents as search sees them, their full text, and how far the change log is taken in.
//!
//! Each process owns its folder. A folder is named by what it was built with; other knowledge or another schema makes
//! another folder, which takes the place of the old one once it is whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::collector::TopDocs;
use tantivy::directory::MmapDirectory;
use tantivy::directory::error::OpenDirectoryError;
use tantivy::query::{BooleanQuery, Occur, Query as TantivyQuery, TermQuery};
use tantivy::schema::{
    Field, IndexRecordOption, STORED, STRING, Schema, TantivyDocument, TextFieldIndexing, TextOptions, Value,
};
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Term};

use super::analysis::syllables;
use super::document::SearchDoc;

/// Raised when the fields or the analysis change.
const SCHEMA_VERSION: u32 = 2;
const WRITER_BYTES: usize = 32 << 20;
const TOKENIZER: &str = "fold";

/// The index of record.
pub struct DiskIndex {
    index: Index,
    reader: IndexReader,
    writer: IndexWriter,
    fields: Fields,
}

#[derive(Clone, Copy)]
struct Fields {
    code: Field,
    shown: Field,
    body: Field,
}

/// What can go wrong with the index.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// tantivy failed.
    #[error("the search index failed")]
    Tantivy(#[from] tantivy::TantivyError),
    /// The folder cannot be used.
    #[error("cannot use the search folder {0}")]
    Folder(PathBuf, #[source] std::io::Error),
    /// The folder cannot be opened as an index.
    #[error("cannot open the search index")]
    Open(#[from] OpenDirectoryError),
    /// Another process works in the folder.
    #[error("another process uses the search folder: give each its own --data-dir")]
    InUse,
    /// A stored document cannot be read.
    #[error("a document of the search index cannot be read")]
    Document(#[from] serde_json::Error),
}

/// The name of the folder for this schema and this knowledge.
#[must_use]
pub fn folder_name(fingerprint: &str) -> String {
    format!("v{SCHEMA_VERSION}-{fingerprint}")
}

impl DiskIndex {
    /// Opens the index in `folder`, or makes an empty one.
    ///
    /// # Errors
    /// [`IndexError`]; one that is not [`IndexError::InUse`] means that the index is corrupt.
    pub fn open(folder: &Path) -> Result<Self, IndexError> {
        fs::create_dir_all(folder).map_err(|e| IndexError::Folder(folder.to_owned(), e))?;
        let (schema, fields) = schema();
        Self::with(Index::open_or_create(MmapDirectory::open(folder)?, schema)?, fields)
    }

    /// An index in memory, for commands that run beside a serving process.
    ///
    /// # Errors
    /// [`IndexError`]
    pub fn in_memory() -> Result<Self, IndexError> {
        let (schema, fields) = schema();
        Self::with(Index::create_in_ram(schema), fields)
    }

    fn with(index: Index, fields: Fields) -> Result<Self, IndexError> {
        index.tokenizers().register(TOKENIZER, TextAnalyzer::from(FoldTokenizer));
        let writer = index.writer_with_num_threads(1, WRITER_BYTES).map_err(|error| match error {
            tantivy::TantivyError::LockFailure(..) => IndexError::InUse,
            other => IndexError::Tantivy(other),
        })?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { index, reader, writer, fields })
    }

    /// How far the change log is taken in; 0 when the index is new.
    ///
    /// # Errors
    /// [`IndexError`]
    pub fn position(&self) -> Result<i64, IndexError> {
        let payload = self.index.load_metas()?.payload;
        Ok(payload.and_then(|p| p.parse().ok()).unwrap_or(0))
    }

    /// Puts a document in the place of the one with its code.
    ///
    /// # Errors
    /// [`IndexError`]
    pub fn put(&mut self, shown: &SearchDoc, body: &str) -> Result<(), IndexError> {
        self.writer.delete_term(Term::from_field_text(self.fields.code, &shown.code));
        let mut document = TantivyDocument::default();
        document.add_text(self.fields.code, &shown.code);
        document.add_bytes(self.fields.shown, &serde_json::to_vec(shown)?);
        document.add_text(self.fields.body, body);
        self.writer.add_document(document)?;
        Ok(())
    }

    /// Makes everything that was put visible and lasting, with the position it brings the index to.
    ///
    /// # Errors
    /// [`IndexError`]
    pub fn commit(&mut self, position: i64) -> Result<(), IndexError> {
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(&position.to_string());
        commit.commit()?;
        self.reader.reload()?;
        Ok(())
    }

    /// Every document, by code.
    ///
    /// # Errors
    /// [`IndexError`]
    pub fn documents(&self) -> Result<BTreeMap<String, Arc<SearchDoc>>, IndexError> {
        let mut all = BTreeMap::new();
        for segment in self.reader.searcher().segment_readers() {
            let store = segment.get_store_reader(0).map_err(tantivy::TantivyError::from)?;
            for document in store.iter::<TantivyDocument>(segment.alive_bitset()) {
                let document = document?;
                let Some(bytes) = document.get_first(self.fields.shown).and_then(|v| v.as_bytes()) else { continue };
                let shown: SearchDoc = serde_json::from_slice(bytes)?;
                all.insert(shown.code.clone(), Arc::new(shown));
            }
        }
        Ok(all)
    }

    /// A view of the full text as it is now.
    #[must_use]
    pub fn full_text(&self) -> FullText {
        FullText { searcher: self.reader.searcher(), fields: self.fields }
    }
}

/// The full text at one commit.
pub struct FullText {
    searcher: tantivy::Searcher,
    fields: Fields,
}

impl FullText {
    /// Codes whose full text holds the words, best first.
    ///
    /// # Errors
    /// [`IndexError`]
    pub fn find(&self, text: &str, limit: usize) -> Result<Vec<String>, IndexError> {
        let words: Vec<(Occur, Box<dyn TantivyQuery>)> = syllables(text)
            .iter()
            .take(32)
            .map(|s| {
                let term = Term::from_field_text(self.fields.body, &s.fold);
                let query: Box<dyn TantivyQuery> = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
                (Occur::Should, query)
            })
            .collect();
        let found = self.searcher.search(&BooleanQuery::new(words), &TopDocs::with_limit(limit).order_by_score())?;
        let mut codes = Vec::with_capacity(found.len());
        for (_, address) in found {
            let document: TantivyDocument = self.searcher.doc(address)?;
            if let Some(code) = document.get_first(self.fields.code).and_then(|v| v.as_str()) {
                codes.push(code.to_owned());
            }
        }
        Ok(codes)
    }
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(TOKENIZER)
        .set_index_option(IndexRecordOption::WithFreqs)
        .set_fieldnorms(true);
    let code = builder.add_text_field("code", STRING | STORED);
    let shown = builder.add_bytes_field("shown", STORED);
    let body = builder.add_text_field("body", TextOptions::default().set_indexing_options(indexing));
    (builder.build(), Fields { code, shown, body })
}

/// The catalog's analysis as a tantivy tokenizer.
#[derive(Clone, Default)]
struct FoldTokenizer;

struct FoldStream {
    tokens: std::vec::IntoIter<Token>,
    token: Token,
}

impl Tokenizer for FoldTokenizer {
    type TokenStream<'a> = FoldStream;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> FoldStream {
        let tokens: Vec<Token> = syllables(text)
            .into_iter()
            .enumerate()
            .map(|(position, s)| Token {
                offset_from: s.span.start,
                offset_to: s.span.end,
                position,
                text: s.fold,
                position_length: 1,
            })
            .collect();
        FoldStream { tokens: tokens.into_iter(), token: Token::default() }
    }
}

impl TokenStream for FoldStream {
    fn advance(&mut self) -> bool {
        match self.tokens.next() {
            Some(token) => {
                self.token = token;
                true
            }
            None => false,
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
