/*
 * Runs in the reader's browser: fills the table of senders from the data in the page and filters it as one types.
 * Everything in the data is hostile: it is only ever made into text (textContent), never into markup.
 */
const pageRows = 50;
const byId = (id) => document.getElementById(id);
const count = (number) => number.toLocaleString('en-US');

/** The columns of all blocks, each one array; see sender-data.ts. */
function readSenders() {
  const blocks = Array.from(document.querySelectorAll('script.senders'), (block) => JSON.parse(block.textContent));
  return Object.fromEntries(Object.keys(blocks[0]).map((name) => [name, blocks.flatMap((block) => block[name])]));
}

const senders = readSenders();
const { words } = senders;
const size = senders.address.length;
const state = { column: 'messages', descending: true, page: 0 };
let order = sortedBy(state.column, state.descending);
let shown = order;
let texts = null;

/** The server's words, with the address back where its mark stands. */
function said(index) {
  return words[senders.said[index]].split('\u0001').join(senders.address[index]);
}

function kind(index) {
  const reason = words[senders.reason[index]];
  return words[senders.verdict[index]] + (reason && '/' + reason);
}

/** What a search looks into, in lower case; made when first needed. */
function searchTexts() {
  return senders.address.map((address, index) =>
    `${address} ${kind(index)} ${said(index)} ${words[senders.host[index]]}`.toLowerCase(),
  );
}

function sortedBy(column, descending) {
  const keys = {
    address: (i) => senders.address[i].toLowerCase(),
    messages: (i) => senders.messages[i],
    verdict: kind,
  };
  const values = senders.address.map((_, index) => keys[column](index));
  const sign = descending ? -1 : 1;
  const indexes = Array.from({ length: size }, (_, index) => index);
  return indexes.toSorted((a, b) => (values[a] < values[b] ? -sign : values[a] > values[b] ? sign : a - b));
}

function filter() {
  const needles = byId('find').value.toLowerCase().split(/\s+/).filter(Boolean);
  const wantedKind = byId('kind').value;
  const onlyWanted = byId('only-wanted').checked;
  if (needles.length > 0) texts ??= searchTexts();
  const matchesKind = (name) => wantedKind === '' || name === wantedKind || name.startsWith(wantedKind + '/');
  shown = order.filter(
    (index) =>
      (!onlyWanted || senders.wanted[index] === 1) &&
      (wantedKind === '' || matchesKind(kind(index))) &&
      needles.every((needle) => texts[index].includes(needle)),
  );
  state.page = 0;
  show();
}

function element(name, className, content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (content !== undefined) made.textContent = content;
  return made;
}

function rowOf(index) {
  const row = element('tr');
  const sender = element('th');
  sender.scope = 'row';
  sender.append(element('bdi', 'address', senders.address[index]));
  if (senders.wanted[index] === 1) sender.append(' ', element('span', 'badge', 'wanted'));
  const messages = element('td', 'number', count(senders.messages[index]));
  messages.dataset.label = senders.messages[index] === 1 ? 'message' : 'messages';
  const verdict = element('td');
  const name = words[senders.verdict[index]];
  const reason = words[senders.reason[index]];
  verdict.append(element('span', `swatch fill-${name}`), name);
  if (reason) verdict.append(element('span', 'reason', reason));
  const reply = element('td');
  const stage = words[senders.stage[index]];
  const host = words[senders.host[index]];
  reply.append(element('bdi', 'said', said(index)));
  if (host) reply.append(element('bdi', 'host', host));
  if (stage && stage !== 'rcpt') reply.append(element('span', 'stage', `at stage ${stage}`));
  row.append(sender, messages, verdict, reply);
  return row;
}

function show() {
  const pages = Math.max(Math.ceil(shown.length / pageRows), 1);
  state.page = Math.min(Math.max(state.page, 0), pages - 1);
  const from = state.page * pageRows;
  const part = shown.slice(from, from + pageRows);
  byId('rows').tBodies[0].replaceChildren(...part.map(rowOf));
  byId('rows').hidden = part.length === 0;
  byId('status').textContent =
    shown.length === size ? `${count(size)} senders` : `${count(shown.length)} of ${count(size)} senders`;
  byId('page').textContent = `${count(part.length && from + 1)}–${count(from + part.length)}`;
  byId('pages').hidden = pages === 1;
  for (const button of byId('pages').querySelectorAll('button')) {
    button.disabled = Number(button.dataset.step) < 0 ? state.page === 0 : state.page === pages - 1;
  }
  for (const head of byId('rows').querySelectorAll('[data-column]')) {
    if (head.dataset.column !== state.column) head.removeAttribute('aria-sort');
    else head.setAttribute('aria-sort', state.descending ? 'descending' : 'ascending');
  }
}

/** Numbers begin with the greatest, words with the first; a second click turns that round. */
function sortBy(column) {
  state.descending = state.column === column ? !state.descending : column === 'messages';
  state.column = column;
  order = sortedBy(column, state.descending);
  filter();
}

byId('find').addEventListener('input', filter);
byId('kind').addEventListener('change', filter);
byId('only-wanted').addEventListener('change', filter);
byId('filters').addEventListener('submit', (event) => event.preventDefault());
byId('pages').addEventListener('click', ({ target }) => {
  if (target.dataset.step === undefined) return;
  state.page += Number(target.dataset.step);
  show();
  byId('sender-table').scrollIntoView();
});
for (const head of byId('rows').querySelectorAll('[data-column]')) {
  head.firstChild.addEventListener('click', () => sortBy(head.dataset.column));
}
// Verdicts and reasons elsewhere in the page lead here, and filter on the way.
document.addEventListener('click', ({ target }) => {
  const link = target.closest('a[data-kind]');
  if (!link) return;
  byId('kind').value = link.dataset.kind;
  byId('only-wanted').checked = link.dataset.wanted !== undefined;
  byId('find').value = '';
  filter();
});
byId('no-script').hidden = true;
byId('filters').hidden = false;
filter();
