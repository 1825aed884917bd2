//! The decision sheet as a Word document, laid out as official documents are: A4, Times New Roman.

use std::io::Cursor;

use docx_rs::{
    AlignmentType, BreakType, Docx, Footer, LineSpacing, PageMargin, PageNum, Paragraph, Run, RunFonts, Table,
    TableAlignmentType, TableCell, TableLayoutType, TableRow, WidthType,
};

use super::model::{Block, Section, Sheet, Table as Told};

const FONT: &str = "Times New Roman";
/// Half points: 13 pt for the text, 11 pt in tables.
const TEXT: usize = 26;
const SMALL: usize = 22;
/// Width between the margins, twentieths of a point: 210 mm less 30 and 20 mm.
const WIDTH: usize = 9_070;

/// The document.
///
/// # Errors
/// When it cannot be packed.
pub fn write(sheet: &Sheet) -> Result<Vec<u8>, docx_rs::DocxError> {
    let fonts = RunFonts::new().ascii(FONT).hi_ansi(FONT).cs(FONT).east_asia(FONT);
    // 20 mm above and below, 30 mm to the left, 20 mm to the right.
    let margin =
        PageMargin { top: 1_134, bottom: 1_134, left: 1_701, right: 1_134, header: 567, footer: 567, gutter: 0 };
    let footer =
        Footer::new().add_paragraph(Paragraph::new().align(AlignmentType::Center).add_page_num(PageNum::new()));
    let mut docx = Docx::new()
        .page_size(11_906, 16_838)
        .page_margin(margin)
        .default_fonts(fonts)
        .default_size(TEXT)
        .footer(footer)
        .add_table(head(sheet))
        .add_paragraph(centred("TỜ TRÌNH").bold().line_spacing(LineSpacing::new().before(360)))
        .add_paragraph(centred(&format!("Về việc: {}", sheet.about)).bold())
        .add_paragraph(spaced(centred(&format!("Kính gửi: {}", sheet.to))));
    for basis in &sheet.bases {
        docx = docx.add_paragraph(text(basis).italic());
    }
    for section in &sheet.sections {
        docx = add(docx, section);
    }
    docx = docx.add_paragraph(Paragraph::new()).add_table(signature(sheet));
    docx = docx
        .add_paragraph(spaced(centred("Phụ lục")).bold().page_break_before(true))
        .add_paragraph(centred("Nội dung trước và sau").bold())
        .add_paragraph(centred(&format!("(Kèm theo Tờ trình về việc: {})", sheet.about)).italic());
    docx = if sheet.annex.rows.is_empty() {
        docx.add_paragraph(text("Chưa ghi thay đổi nào."))
    } else {
        docx.add_table(table(&sheet.annex, &[600, 1_700, 1_700, 1_270, 1_900, 1_900]))
    };
    docx = docx.add_paragraph(spaced(text(&sheet.origin)).italic());
    let mut file = Cursor::new(Vec::new());
    docx.build().pack(&mut file)?;
    Ok(file.into_inner())
}

fn add(mut docx: Docx, section: &Section) -> Docx {
    docx = docx.add_paragraph(spaced(text(&section.heading)).bold().keep_next(true));
    for block in &section.blocks {
        docx = match block {
            Block::Heading(heading) => docx.add_paragraph(text(heading).bold().italic().keep_next(true)),
            Block::Text(lines) => {
                lines.lines().filter(|line| !line.is_empty()).fold(docx, |docx, line| docx.add_paragraph(text(line)))
            }
            Block::Table(told) => docx
                .add_paragraph(text(&told.caption).italic().keep_next(true))
                .add_table(table(told, &widths(told)))
                .add_paragraph(Paragraph::new()),
        };
    }
    docx
}

/// Agency to the left, national motto to the right; number and day below.
fn head(sheet: &Sheet) -> Table {
    let cell = |width: usize, lines: Vec<Paragraph>| {
        lines.into_iter().fold(TableCell::new().width(width, WidthType::Dxa), TableCell::add_paragraph)
    };
    let (left, right) = (3_770, WIDTH - 3_770);
    let mut agency = Vec::new();
    if !sheet.superior.is_empty() {
        agency.push(centred(&sheet.superior));
    }
    agency.push(centred(&sheet.agency).bold());
    let motto = Run::new().add_text("Độc lập - Tự do - Hạnh phúc").bold().underline("single");
    let nation = vec![
        centred("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM").bold().size(24),
        Paragraph::new().align(AlignmentType::Center).add_run(motto),
    ];
    let rows = vec![
        TableRow::new(vec![cell(left, agency), cell(right, nation)]),
        TableRow::new(vec![
            cell(left, vec![spaced(centred(&sheet.number))]),
            cell(right, vec![spaced(centred(&sheet.date)).italic()]),
        ]),
    ];
    bare(rows, vec![left, right])
}

fn signature(sheet: &Sheet) -> Table {
    let half = WIDTH / 2;
    let small = |line: &str| Paragraph::new().add_run(Run::new().add_text(line).size(SMALL));
    let receivers = Paragraph::new().add_run(Run::new().add_text("Nơi nhận:").bold().italic().size(SMALL));
    let copies = sheet
        .copies
        .iter()
        .fold(TableCell::new().add_paragraph(receivers), |cell, copy| cell.add_paragraph(small(&format!("- {copy}"))));
    let signer = TableCell::new()
        .add_paragraph(centred(sheet.capacity).bold())
        .add_paragraph(centred("(Ký, ghi rõ họ tên, đóng dấu)").italic())
        .add_paragraph(Paragraph::new())
        .add_paragraph(Paragraph::new());
    let row = TableRow::new(vec![copies.width(half, WidthType::Dxa), signer.width(half, WidthType::Dxa)]);
    bare(vec![row.cant_split()], vec![half, half])
}

fn bare(rows: Vec<TableRow>, grid: Vec<usize>) -> Table {
    Table::without_borders(rows)
        .set_grid(grid)
        .layout(TableLayoutType::Fixed)
        .width(WIDTH, WidthType::Dxa)
        .align(TableAlignmentType::Center)
}

/// The first column of a table with figures is wide, the others share the rest.
fn widths(told: &Told) -> Vec<usize> {
    let columns = told.head.len().max(1);
    if told.figures == 1 {
        let rest = WIDTH * 6 / 10 / (columns - 1).max(1);
        return std::iter::once(WIDTH - rest * (columns - 1)).chain(std::iter::repeat_n(rest, columns - 1)).collect();
    }
    vec![WIDTH / columns; columns]
}

fn table(told: &Told, widths: &[usize]) -> Table {
    let width = |at: usize| widths.get(at).copied().unwrap_or(1_000);
    let cell = |at: usize, words: &str, bold: bool| {
        let align = if at >= told.figures { AlignmentType::Right } else { AlignmentType::Left };
        let lines = words.lines().map(|line| {
            let run = Run::new().add_text(line).size(SMALL);
            Paragraph::new().align(align).add_run(if bold { run.bold() } else { run })
        });
        // A cell without a paragraph makes a document that Word does not open.
        let empty = words.is_empty().then(Paragraph::new);
        lines.chain(empty).fold(TableCell::new().width(width(at), WidthType::Dxa), TableCell::add_paragraph)
    };
    let row = |cells: Vec<TableCell>| TableRow::new(cells).cant_split();
    let head = row(told.head.iter().enumerate().map(|(at, name)| cell(at, name, true)).collect());
    let body = told.rows.iter().map(|line| row(line.iter().enumerate().map(|(at, w)| cell(at, w, false)).collect()));
    Table::new(std::iter::once(head).chain(body).collect())
        .set_grid(widths.to_vec())
        .layout(TableLayoutType::Fixed)
        .width(WIDTH, WidthType::Dxa)
}

fn text(line: &str) -> Paragraph {
    Paragraph::new()
        .align(AlignmentType::Both)
        .line_spacing(LineSpacing::new().after(120))
        .add_run(Run::new().add_text(line))
}

fn centred(line: &str) -> Paragraph {
    let mut run = Run::new();
    for (at, part) in line.lines().enumerate() {
        if at > 0 {
            run = run.add_break(BreakType::TextWrapping);
        }
        run = run.add_text(part);
    }
    Paragraph::new().align(AlignmentType::Center).add_run(run)
}

fn spaced(paragraph: Paragraph) -> Paragraph {
    paragraph.line_spacing(LineSpacing::new().before(240).after(120))
}
