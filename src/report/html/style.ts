/**
 * The style of the page: readable on a phone, in the dark and on paper. Colours are checked for contrast on their
 * background, 4.5 for text and 3 for areas (WCAG 2.2); areas beside each other are told apart by a gap as well.
 */

const css = String.raw;

/** The style sheet. */
export const style = css`
  :root {
    color-scheme: light dark;
    --ground: #ffffff;
    --panel: #f5f6f8;
    --line: #dcdfe4;
    --text: #1b1f24;
    --dim: #59616b;
    --link: #0b5cad;
    --caution: #8a4b00;
    --accepted: #16825d;
    --deferred: #b97700;
    --rejected: #c43c2c;
    --no-answer: #8a4fa3;
    --unreachable: #3b6fb0;
    --undeliverable: #5b4636;
    --skipped: #6f7782;
    --pending: #8d949c;
  }
  @media screen and (prefers-color-scheme: dark) {
    :root {
      --ground: #14171a;
      --panel: #1e2226;
      --line: #343a41;
      --text: #e8eaed;
      --dim: #a3abb5;
      --link: #7db8f5;
      --caution: #f0b45c;
      --accepted: #35b586;
      --deferred: #e3a531;
      --rejected: #ee6b59;
      --no-answer: #bf8ad6;
      --unreachable: #6ea3e6;
      --undeliverable: #b5967c;
      --skipped: #8b939d;
      --pending: #646c76;
    }
  }
  * {
    box-sizing: border-box;
  }
  html {
    -webkit-text-size-adjust: 100%;
    text-size-adjust: 100%;
  }
  body {
    margin: 0;
    background: var(--ground);
    color: var(--text);
    font:
      1rem/1.5 system-ui,
      -apple-system,
      'Segoe UI',
      Roboto,
      'Helvetica Neue',
      Arial,
      sans-serif;
  }
  main,
  footer {
    max-width: 66rem;
    margin: 0 auto;
    padding: 0 1.25rem;
  }
  header {
    padding-top: 2.5rem;
  }
  section {
    margin-top: 3rem;
  }
  h1 {
    margin: 0.25rem 0 1rem;
    font-size: clamp(1.6rem, 1.1rem + 2.4vw, 2.4rem);
    line-height: 1.2;
    letter-spacing: -0.015em;
    text-wrap: balance;
  }
  h2 {
    margin: 0 0 0.75rem;
    font-size: 1.35rem;
    line-height: 1.3;
    scroll-margin-top: 1rem;
  }
  h3 {
    margin: 1.75rem 0 0.25rem;
    font-size: 1.05rem;
  }
  p {
    margin: 0 0 0.75rem;
    max-width: 46rem;
  }
  a {
    color: var(--link);
  }
  .kicker,
  .facts,
  .small,
  .status,
  footer {
    color: var(--dim);
    font-size: 0.9rem;
  }
  .kicker {
    margin: 0;
    letter-spacing: 0.02em;
  }
  .answer {
    font-size: 1.2rem;
  }
  .caution {
    padding-left: 0.75rem;
    border-left: 3px solid var(--caution);
    color: var(--caution);
  }
  .contents {
    display: flex;
    flex-wrap: wrap;
    gap: 0.35rem 1.2rem;
    margin-top: 1.1rem;
  }
  .dim,
  .share {
    color: var(--dim);
  }
  .nowrap {
    white-space: nowrap;
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .tiles {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(11.5rem, 1fr));
    gap: 0.75rem;
    margin: 0;
  }
  .tile {
    padding: 0.9rem 1rem;
    border-radius: 0.5rem;
    background: var(--panel);
  }
  .tile dt {
    font-weight: 600;
  }
  .tile dd {
    margin: 0;
  }
  .figure {
    font-size: 1.9rem;
    font-weight: 650;
    line-height: 1.3;
    letter-spacing: -0.02em;
    font-variant-numeric: tabular-nums;
  }
  .bars {
    margin-bottom: 1rem;
  }
  .bars > div {
    display: grid;
    grid-template-columns: 5.5rem 1fr;
    align-items: center;
    margin-bottom: 0.4rem;
  }
  .bars .bar {
    height: 1.9rem;
  }
  svg {
    display: block;
    width: 100%;
  }
  .bar {
    height: 0.75rem;
  }
  .bars .bar rect {
    stroke: var(--ground);
    stroke-width: 1px;
    vector-effect: non-scaling-stroke;
  }
  .fill-accepted {
    fill: var(--accepted);
    background: var(--accepted);
  }
  .fill-deferred {
    fill: var(--deferred);
    background: var(--deferred);
  }
  .fill-rejected {
    fill: var(--rejected);
    background: var(--rejected);
  }
  .fill-no-answer {
    fill: var(--no-answer);
    background: var(--no-answer);
  }
  .fill-unreachable {
    fill: var(--unreachable);
    background: var(--unreachable);
  }
  .fill-undeliverable {
    fill: var(--undeliverable);
    background: var(--undeliverable);
  }
  .fill-skipped {
    fill: var(--skipped);
    background: var(--skipped);
  }
  .fill-pending {
    fill: var(--pending);
    background: var(--pending);
  }
  .swatch {
    display: inline-block;
    width: 0.7rem;
    height: 0.7rem;
    margin-right: 0.45rem;
    border-radius: 2px;
    print-color-adjust: exact;
    -webkit-print-color-adjust: exact;
  }
  .range {
    fill: var(--unreachable);
    opacity: 0.45;
  }
  .tick {
    fill: var(--text);
  }
  .chart text {
    font-size: 13px;
    fill: var(--dim);
  }
  .grid {
    stroke: var(--line);
  }
  .axis {
    stroke: var(--dim);
  }
  .chart path {
    stroke: var(--ground);
    stroke-width: 0.5px;
  }
  line.mark {
    stroke: var(--text);
    stroke-dasharray: 4 3;
  }
  circle.mark {
    fill: var(--ground);
    stroke: var(--text);
    stroke-width: 2px;
  }
  .chart text.mark {
    fill: var(--text);
    font-weight: 600;
  }
  .chart-narrow {
    display: none;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1.1rem;
    max-width: none;
    font-size: 0.9rem;
  }
  details {
    margin-top: 0.75rem;
  }
  summary {
    cursor: pointer;
    color: var(--link);
  }
  .scroll {
    position: relative;
    overflow-x: auto;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 0.92rem;
    font-variant-numeric: tabular-nums;
  }
  .narrow {
    width: auto;
    margin-top: 0.5rem;
  }
  th,
  td {
    padding: 0.4rem 0.6rem;
    border-bottom: 1px solid var(--line);
    text-align: left;
    vertical-align: baseline;
  }
  th:first-child,
  td:first-child {
    padding-left: 0;
  }
  th:last-child,
  td:last-child {
    padding-right: 0;
  }
  thead th {
    border-bottom: 2px solid var(--line);
    color: var(--dim);
    font-size: 0.82rem;
    font-weight: 600;
    vertical-align: bottom;
  }
  tbody th {
    font-weight: 500;
  }
  tbody th a {
    color: inherit;
    text-decoration-color: var(--line);
    text-underline-offset: 0.2em;
    white-space: nowrap;
  }
  tbody th a:hover {
    color: var(--link);
  }
  tr.part th {
    padding-left: 1.2rem;
  }
  tr.part {
    color: var(--dim);
  }
  .number {
    text-align: right;
    white-space: nowrap;
  }
  .wide {
    color: var(--dim);
  }
  th .reason {
    min-width: 11rem;
  }
  .print-only {
    display: none;
  }
  .bar-column {
    width: 22%;
    min-width: 7rem;
  }
  .scroll .address {
    white-space: nowrap;
  }
  .address,
  .said,
  .host,
  code {
    font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
    font-size: 0.92em;
    overflow-wrap: anywhere;
  }
  .host,
  .reason,
  .stage {
    display: block;
    color: var(--dim);
    font-size: 0.85em;
  }
  .badge {
    padding: 0 0.4em;
    border: 1px solid currentColor;
    border-radius: 1em;
    color: var(--accepted);
    font-size: 0.8em;
    white-space: nowrap;
  }
  .cards {
    table-layout: fixed;
  }
  .cards th:nth-child(1) {
    width: 32%;
  }
  .cards th:nth-child(2) {
    width: 6.5rem;
  }
  .cards th:nth-child(3) {
    width: 11rem;
  }
  .filters {
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    gap: 0.75rem 1rem;
    margin-bottom: 0.75rem;
  }
  .filters[hidden],
  .pages[hidden] {
    display: none;
  }
  .filters label {
    color: var(--dim);
    font-size: 0.9rem;
  }
  .filters label:not(.check) {
    flex: 1 1 12rem;
    min-width: 0;
  }
  .filters label.grow {
    flex: 2 1 16rem;
  }
  .filters .check {
    padding-bottom: 0.5rem;
  }
  input[type='search'],
  select,
  button {
    border: 1px solid var(--skipped);
    border-radius: 0.35rem;
    background: var(--ground);
    color: var(--text);
    font: inherit;
  }
  input[type='search'],
  select {
    display: block;
    width: 100%;
    min-height: 2.5rem;
    margin-top: 0.15rem;
    padding: 0.35rem 0.6rem;
    font-size: 1rem;
  }
  ::placeholder {
    color: var(--dim);
    opacity: 1;
  }
  button {
    min-height: 2.25rem;
    padding: 0.2rem 0.8rem;
    cursor: pointer;
  }
  button:disabled {
    opacity: 0.45;
    cursor: default;
  }
  thead button {
    min-height: 0;
    padding: 0;
    border: 0;
    background: none;
    color: inherit;
    font-weight: inherit;
    text-decoration: underline;
    text-decoration-color: var(--line);
    text-underline-offset: 0.2em;
  }
  [aria-sort='ascending'] button::after {
    content: ' ▲';
  }
  [aria-sort='descending'] button::after {
    content: ' ▼';
  }
  .pages {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
    margin-top: 0.9rem;
  }
  #page {
    min-width: 9rem;
    text-align: center;
    font-variant-numeric: tabular-nums;
  }
  :focus-visible {
    outline: 2px solid var(--link);
    outline-offset: 2px;
  }
  footer {
    margin-top: 4rem;
    padding-top: 1rem;
    padding-bottom: 3rem;
    border-top: 1px solid var(--line);
  }
  @media (max-width: 40rem) {
    main,
    footer {
      padding: 0 1rem;
    }
    header {
      padding-top: 1.25rem;
    }
    .answer {
      font-size: 1.08rem;
    }
    .tiles {
      grid-template-columns: 1fr 1fr;
      gap: 0.5rem;
    }
    .tile {
      padding: 0.7rem 0.8rem;
    }
    .figure {
      display: block;
      font-size: 1.6rem;
    }
    .wide {
      display: none;
    }
    .bars > div {
      grid-template-columns: 1fr;
    }
    .chart-wide {
      display: none;
    }
    .chart-narrow {
      display: block;
    }
    .cards thead {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .cards,
    .cards tbody {
      display: block;
    }
    .cards[hidden] {
      display: none;
    }
    .cards tr {
      display: grid;
      grid-template-columns: 1fr auto;
      padding: 0.6rem 0;
      border-bottom: 1px solid var(--line);
    }
    .cards th,
    .cards td {
      width: auto !important;
      padding: 0.1rem 0;
      border: 0;
    }
    .cards .number {
      grid-column: 2;
      color: var(--dim);
    }
    .cards .number::after {
      content: ' ' attr(data-label);
    }
    .cards th,
    .cards td:last-child {
      grid-column: 1 / -1;
    }
    .cards td:nth-child(3) {
      grid-column: 1;
      grid-row: 2;
    }
    td .reason {
      display: inline;
      margin-left: 0.4em;
    }
  }
  @media print {
    html {
      font-size: 9.5pt;
    }
    .bar-column {
      min-width: 4rem;
    }
    .print-only {
      display: block;
    }
    main,
    footer {
      max-width: none;
      padding: 0;
    }
    header {
      padding-top: 0;
    }
    section {
      margin-top: 1.6rem;
    }
    h2,
    h3,
    thead {
      break-after: avoid;
    }
    tr,
    .tile,
    .chart,
    .bars {
      break-inside: avoid;
    }
    .scroll {
      overflow: visible;
    }
    .contents,
    .filters,
    .pages {
      display: none;
    }
    .tile {
      border: 1px solid var(--line);
    }
    a {
      color: inherit;
      text-decoration: none;
    }
    /* Heads are repeated on each page, but boxes of buttons are not. */
    thead button {
      display: contents;
    }
    details:not([open]) {
      display: none;
    }
  }
  @page {
    margin: 15mm;
  }
`;
