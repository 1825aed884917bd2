// Parts of tests/bench/board: the catalog as files, SQL that fills a database, and measuring over HTTP.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const PROCEDURES = 10000;
const UNITS = 34;
const LIMIT = 100; // ms, p95
const DAY = 86400000;
const VIETNAM = 7 * 3600000;
const COUNTS = ['received', 'finished', 'on_time', 'late', 'pending', 'not_judged', 'provisional', 'supplement_asked',
  'supplement_more_than_once', 'refused', 'withdrawn', 'stopped', 'fee_due', 'paid_online', 'digitised',
  'result_electronic', 'mismatch', 'unproven', 'illegal', 'working_days', 'minutes'];
const sums = COUNTS.map((c) => `SUM(s.${c})`).join(', ');
const now = Date.now();
const today = new Date(now + VIETNAM);
const iso = (day) => new Date(day * DAY).toISOString().slice(0, 10);

/** The twelve months that are over: first and last day, counted from 1 January 1970. */
const months = Array.from({ length: 12 }, (_, i) => {
  const at = (month) => Date.UTC(today.getUTCFullYear(), month, 1) / DAY;
  const month = today.getUTCMonth() - 12 + i;
  return [at(month), at(month + 1) - 1];
});
const code = (n) => `9.${String(n).padStart(6, '0')}`;

/** Records of our own: one province-level procedure a line, every one with steps, papers, times and a fee. */
function procedure(n) {
  const days = [5, 7, 10, 15][n % 4];
  return {
    starter: 1, code: code(n), name: `Cấp giấy phép hoạt động loại ${n}`, type: 'STANDARD',
    fields: [`Lĩnh vực ${n % 40}`], issuer: `Bộ Thử nghiệm ${n % 20}`, agencies: ['Sở chuyên ngành'],
    levels: ['province'], audiences: ['Tổ chức', 'Công dân Việt Nam'],
    channels: n % 5 === 0 ? ['direct'] : ['online', 'direct', 'postal'],
    time_limits: [{ channel: 'direct', raw: `${days} ngày làm việc`, amount: days, unit: 'working_day' }],
    fees: [{ kind: 'charge', amount: n % 2 ? 100000 : 0, raw: 'theo biểu phí' }],
    decision: '1/QĐ-BTN', acts: [{ number: '1/2026/NĐ-CP', name: 'Nghị định thử nghiệm' }],
    papers: [{ name: 'Tờ khai theo mẫu', originals: 1, copies: 0 },
      { name: 'Bản sao có chứng thực giấy tờ về địa điểm', originals: 0, copies: 1 }],
    steps: ['Người đề nghị điền tờ khai trên mạng hoặc trên giấy và chuẩn bị các giấy tờ kèm theo.',
      'Nộp hồ sơ tại bộ phận một cửa, qua bưu chính hoặc trên Cổng dịch vụ công quốc gia.',
      n % 3 ? 'Cơ quan thẩm định hồ sơ.' : 'Cơ quan tổ chức kiểm tra thực tế tại cơ sở.',
      'Người đề nghị nhận kết quả tại bộ phận một cửa hoặc bản điện tử trên Cổng.'],
    results: ['Giấy phép hoạt động'], description: 'Cho phép hoạt động có điều kiện.', full: n % 4 === 0,
  };
}

function catalog(folder) {
  fs.mkdirSync(folder, { recursive: true });
  const write = (name, text) => fs.writeFileSync(path.join(folder, name), text);
  const units = Array.from({ length: UNITS }, (_, u) => u + 1);
  const lines = Array.from({ length: PROCEDURES }, (_, n) => JSON.stringify(procedure(n)));
  write('procedures.jsonl', `${lines.join('\n')}\n`);
  write('provinces.json',
    JSON.stringify(units.map((u) => ({ Code: String(u), Name: `T${u}`, FullName: `Tỉnh T${u}`, Wards: [] }))));
  write('agencies.json', JSON.stringify(
    units.map((u) => ({ AGENCY_NAME: `UBND tỉnh T${u}`, CODE: `H${String(u).padStart(2, '0')}` }))));
  // One row more than SQL has written: with it the program judges what has changed.
  const [first, last] = months[11];
  write('volumes.csv', `code,unit,from,to,total,online\n${code(0)},,${iso(first)},${iso(last)},100,40\n`);
}

const BEGIN = `
  CREATE TEMP TABLE n AS WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < 9999) SELECT n FROM c;
  CREATE TEMP TABLE m (month BIGINT, last BIGINT, begins TEXT, ends TEXT);
  INSERT INTO m VALUES ${months.map(([a, b]) => `(${a}, ${b}, '${iso(a)}', '${iso(b)}')`).join(', ')};
  CREATE TEMP TABLE d AS SELECT m.month + n.n AS day, m.month FROM m JOIN n ON n.n <= m.last - m.month;
  CREATE UNIQUE INDEX d_day ON d (day);`;
const CODE = "'9.' || SUBSTR(CAST(1000000 + p.n AS TEXT), 2)";
const number = (column) => `CAST(SUBSTR(${column}, 3) AS INTEGER)`;
const STATISTICS = 'dossier_statistics s JOIN dossier_groups g ON g.id = s.group_id JOIN d ON d.day = s.day';
const millis = (days) => now - days * DAY;

/** What fills a database, step by step; each text runs on both. */
const SQL = {
  // Group = ((procedure * 34) + unit) * 2 + channel - 1. 500 procedures are counted every fourth day, the others once a
  // month: 10.8 million days.
  dossiers: `
    INSERT INTO dossier_sources (id, name, side, created_at) VALUES (1, 'Một cửa', 'local', 0);
    INSERT INTO dossier_groups (id, source_id, code, unit_id, channel)
    SELECT (p.n * ${UNITS} + u.n) * 2 + c.n, 1, ${CODE}, 'H' || SUBSTR(CAST(101 + u.n AS TEXT), 2), c.n + 1
    FROM n p CROSS JOIN n u CROSS JOIN n c WHERE u.n < ${UNITS} AND c.n < 2 ORDER BY 1;
    UPDATE counters SET n = 1 WHERE name = 'dossier_sources';
    UPDATE counters SET n = ${PROCEDURES * UNITS * 2} WHERE name = 'dossier_groups';
    INSERT INTO dossier_coverage (source_id, unit_id, month, first_day, last_day)
    SELECT 1, 'H' || SUBSTR(CAST(101 + u.n AS TEXT), 2), m.month, m.month, m.last FROM n u CROSS JOIN m
    WHERE u.n < ${UNITS};
    INSERT INTO dossier_statistics (group_id, day, ${COUNTS.join(', ')})
    SELECT t.id, t.day, t.r, t.r, t.r - t.l, t.l, 0, 0, 0, t.l, 0, 0, 0, 0, t.r, t.r - t.l, t.r, t.r - t.l, 0, 0, 0,
           t.r * 5, t.r * 2400
    FROM (SELECT g.id, ${months[0][0]} + i.n * s.step + (g.id * 7) % s.step AS day, 1 + (g.id + i.n) % 5 AS r,
                 CASE WHEN (g.id + i.n) % 9 = 0 THEN 1 ELSE 0 END AS l
          FROM dossier_groups g
          JOIN (SELECT 0 AS a, ${500 * UNITS * 2 - 1} AS z, 4 AS step
                UNION ALL SELECT ${500 * UNITS * 2}, ${PROCEDURES * UNITS * 2}, 30) s ON g.id BETWEEN s.a AND s.z
          JOIN n i ON i.n < 360 / s.step) t
    ORDER BY t.id, t.day;`,
  months: `
    INSERT INTO dossier_unit_months (month, unit_id, channel, ${COUNTS.join(', ')})
    SELECT d.month, g.unit_id, g.channel, ${sums} FROM ${STATISTICS} GROUP BY 1, 2, 3;
    INSERT INTO dossier_procedure_months (month, code, channel, ${COUNTS.join(', ')})
    SELECT d.month, g.code, g.channel, ${sums} FROM ${STATISTICS} GROUP BY 1, 2, 3;
    INSERT INTO volumes (code, unit_id, period_from, period_to, kind, total, online, source, imported_at)
    SELECT v.code, 'province:' || CAST(CAST(SUBSTR(v.unit_id, 2) AS INTEGER) AS TEXT), m.begins, m.ends, 'dossiers',
           v.total, v.online, 'Một cửa', ${now}
    FROM (SELECT g.code, g.unit_id, d.month, SUM(s.received) AS total,
                 SUM(CASE WHEN g.channel = 2 THEN s.received ELSE 0 END) AS online
          FROM ${STATISTICS} GROUP BY 1, 2, 3) v JOIN m ON m.month = v.month;`,
  // A claim for each procedure in each unit; half of them are a test journey.
  evidence: `
    INSERT INTO claims (id, code, unit_id, point, value, kind, source, link, checked_at, valid_until, recorded_at)
    SELECT 'c' || CAST(p.n * ${UNITS} + u.n AS TEXT), ${CODE}, 'province:' || CAST(u.n + 1 AS TEXT),
           'P' || CAST((p.n + u.n) % 11 + 1 AS TEXT), CASE WHEN (p.n + u.n) % 4 = 0 THEN 'no' ELSE 'yes' END,
           CASE WHEN u.n % 2 = 0 THEN 'document' ELSE 'run' END, 'bench', 'https://example.org/evidence',
           ${millis(1)}, ${millis(-180)}, ${now}
    FROM n p CROSS JOIN n u WHERE u.n < ${UNITS};
    INSERT INTO changes (seq, at, kind, subject)
    SELECT c.n + p.n + 1, ${now}, 'claim', ${CODE} FROM n p CROSS JOIN counters c WHERE c.name = 'changes';
    UPDATE counters SET n = n + ${PROCEDURES} WHERE name = 'changes';`,
  observations: `
    INSERT INTO sources (id, kind, name, owner, definition, enabled, version, created_at, changed_at)
    VALUES ('bench', 'upload', 'bench', 'bench', '{}', 0, 1, 0, 0);
    INSERT INTO series (id, source_id, metric, subject, unit, every_ms)
    SELECT a.n + 1, 'bench', 'probe', 's' || CAST(a.n AS TEXT), 'ms', 300000 FROM n a WHERE a.n < 1000;
    UPDATE counters SET n = 1000 WHERE name = 'series';
    INSERT INTO observations (series_id, slot, revision, state, value, observed_at)
    SELECT a.n + 1, ${now - (now % 300000)} - 300000 * CAST(9999 - b.n AS BIGINT), 1, 'number', (a.n * 7 + b.n) % 900,
           ${now} FROM n a CROSS JOIN n b WHERE a.n < 1000 ORDER BY a.n, b.n;`,
  // Two verdicts before the one in force, and something decided about every third procedure's flags.
  history: `
    INSERT INTO assessments (code, unit_id, valid_from, valid_to, level, points, claimed, verified, dormant, gap, flags)
    SELECT code, unit_id, ${millis(120)}, valid_from, level, points, claimed,
           CASE WHEN ${number('code')} % 3 = 0 THEN 1 ELSE 0 END, dormant, gap, flags
    FROM assessments WHERE valid_to IS NULL;
    INSERT INTO assessments (code, unit_id, valid_from, valid_to, level, points, claimed, verified, dormant, gap, flags)
    SELECT code, unit_id, ${millis(300)}, ${millis(120)}, level, points, claimed,
           CASE WHEN ${number('code')} % 4 = 0 THEN 1 ELSE 0 END, dormant, gap, flags
    FROM assessments WHERE valid_from = ${millis(120)};
    UPDATE flags SET owner = 'leader', cause = 'law', due_date = '${iso(Math.floor(now / DAY) + 30)}', version = 2
    WHERE ${number('code')} % 3 = 0;`,
};

function sql(step, database) {
  const [before, after] = database === 'sqlite'
    ? ['PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; PRAGMA temp_store = MEMORY;', '']
    : ["SET work_mem = '256MB'; SET synchronous_commit = off;", 'VACUUM ANALYZE;'];
  process.stdout.write(`${before}${BEGIN}${SQL[step]}${after}\n`);
}

const shell = (text) => {
  const url = process.env.DATABASE;
  return url.startsWith('sqlite:')
    ? execFileSync('sqlite3', ['-bail', '-cmd', '.timeout 20000', url.slice(7), text], { maxBuffer: 1 << 28 })
    : execFileSync('psql', ['-qAt', '-v', 'ON_ERROR_STOP=1', '-c', text, url], { maxBuffer: 1 << 28 });
};

function once(agent, base, address) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const headers = { authorization: `Bearer ${process.env.TOKEN}` };
    http.get(base + address, { agent, headers }, (answer) => {
      let bytes = 0;
      answer.on('data', (part) => { bytes += part.length; });
      answer.on('end', () => {
        const took = performance.now() - began;
        if (answer.statusCode === 200) resolve({ took, bytes });
        else reject(new Error(`${address}: ${answer.statusCode}`));
      });
    }).on('error', reject);
  });
}

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];

/** Times in milliseconds of requests over some connections for some seconds, 40 at least. */
async function load(base, address, connections, seconds) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  await once(agent, base, address);
  const all = [];
  const until = performance.now() + seconds * 1000;
  const worker = async () => {
    while (performance.now() < until || all.length < 40) all.push((await once(agent, base, address)).took);
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return all.sort((a, b) => a - b);
}

/** The same, each as the first after a change. */
async function cold(base, address, times) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const all = [];
  for (let i = 0; i < times; i += 1) {
    shell(`UPDATE counters SET n = n + 1 WHERE name = 'changes';
      INSERT INTO changes (seq, at, kind, subject) SELECT n, ${Date.now()}, 'assessment', '${code(i)}'
      FROM counters WHERE name = 'changes';`);
    all.push((await once(agent, base, address)).took);
  }
  agent.destroy();
  return all.sort((a, b) => a - b);
}

const ms = (n) => n.toFixed(n < 10 ? 1 : 0).padStart(6);

/** What the sums cost out of the daily counts, and out of the months, in the database's own shell. */
function withoutMonths() {
  const [first, last] = months[11];
  const daily = 'dossier_statistics s JOIN dossier_groups g ON g.id = s.group_id';
  const time = (text) => {
    const all = [1, 2, 3].map(() => {
      const began = performance.now();
      shell(text);
      return performance.now() - began;
    });
    return Math.min(...all);
  };
  const nothing = time('SELECT 1');
  const row = (name, from, rollup) => console.log(
    `  ${name.padEnd(38)} daily counts ${ms(time(from) - nothing)} ms, months ${ms(time(rollup) - nothing)} ms`);
  row('a year by month', `SELECT ${cases()}, g.channel, ${sums} FROM ${daily}
    WHERE s.day >= ${months[0][0]} AND s.day <= ${last} GROUP BY 1, 2 ORDER BY 1, 2`,
  `SELECT s.month, s.channel, ${sums} FROM dossier_unit_months s
    WHERE s.month >= ${months[0][0]} AND s.month <= ${first} GROUP BY 1, 2 ORDER BY 1, 2`);
  row('a month by unit', `SELECT g.unit_id, g.channel, ${sums} FROM ${daily}
    WHERE s.day >= ${first} AND s.day <= ${last} GROUP BY 1, 2 ORDER BY 1, 2`,
  `SELECT s.unit_id, s.channel, ${sums} FROM dossier_unit_months s WHERE s.month = ${first} GROUP BY 1, 2 ORDER BY 1, 2`);
  row('a month by procedure', `SELECT g.code, g.channel, ${sums} FROM ${daily}
    WHERE s.day >= ${first} AND s.day <= ${last} GROUP BY 1, 2 ORDER BY 1, 2`,
  `SELECT s.code, s.channel, ${sums} FROM dossier_procedure_months s WHERE s.month = ${first}
    GROUP BY 1, 2 ORDER BY 1, 2`);
}

const cases = () => `CASE ${months.map(([a, b]) => `WHEN s.day <= ${b} THEN ${a}`).join(' ')} END`;

const PAGES = ['/lanh-dao', '/lanh-dao/chua-toan-trinh', '/api/v1/board', '/lanh-dao/so-lieu/online_dossiers?by=unit',
  '/lanh-dao/so-lieu/online_dossiers?by=procedure',
  `/lanh-dao/so-lieu/online_dossiers?by=day&unit=H01&procedure=${code(1)}`];

async function measure(database, base) {
  const count = (table, where = '') => String(shell(`SELECT COUNT(*) FROM ${table} ${where}`)).trim();
  console.log(`  ${count('dossier_statistics')} daily counts, ${count('dossier_unit_months')} + ${
    count('dossier_procedure_months')} months, ${count('observations')} observations, ${count('volumes')} volumes, ${
    count('assessments', "WHERE unit_id = ''")} verdicts over all units of ${count('assessments')}, ${
    count('flags', 'WHERE resolved_at IS NULL')} open flags`);
  const line = (address, kind, sorted, trivial) => console.log(
    `  ${address.replace('/lanh-dao/so-lieu/', '…/').padEnd(50)} ${kind.padEnd(6)} p50 ${ms(percentile(sorted, 0.5))} p95 ${
      ms(percentile(sorted, 0.95))} ms  ${trivial ? `${(percentile(sorted, 0.5) / trivial).toFixed(0)} x` : ''}`);
  const trivial = {};
  let slow = false;
  for (const connections of [1, 8]) {
    const sorted = await load(base, '/healthz', connections, 3);
    trivial[connections] = percentile(sorted, 0.5);
    line('/healthz', `${connections}`, sorted);
  }
  for (const address of PAGES) {
    for (const connections of [1, 8]) {
      const sorted = await load(base, address, connections, 4);
      line(address, `${connections}`, sorted, trivial[connections]);
      slow ||= PAGES.indexOf(address) < 2 && connections === 1 && percentile(sorted, 0.95) > LIMIT;
    }
    const sorted = await cold(base, address, 20);
    line(address, 'first', sorted, trivial[1]);
  }
  withoutMonths();
  if (slow) {
    console.log(`  FAILED: a page needs more than ${LIMIT} ms (p95, one connection)`);
    process.exitCode = 1;
  }
}

const [what, ...rest] = process.argv.slice(2);
await { catalog, sql, measure }[what](...rest);
