/**
 * The senders that we want mail from and whose servers rejected them, with the servers' own words.
 */
import { formatCount, formatCounted } from '../format-numbers.js';
import { fitText } from '../harmless-text.js';
import type { RejectedSender, Summary } from '../summary.js';
import { markup, type Markup } from './markup.js';

const mostRows = 100;
const longestReply = 500;
const longestAddress = 320;

/** The section. */
export function renderWanted({ wantedRejected }: Summary): Markup {
  return markup`<section aria-labelledby="wanted">
<h2 id="wanted">Wanted but rejected</h2>
${wantedRejected.length === 0 ? markup`<p>No wanted sender was rejected.</p>` : renderTable(wantedRejected)}
</section>
`;
}

function renderTable(senders: readonly RejectedSender[]): Markup {
  const more = senders.length - mostRows;
  return markup`<p>${formatCounted(senders.length, 'sender')} we want mail from, and what ${senders.length === 1 ? 'its server' : 'their servers'} said.</p>
<table class="cards">
<thead><tr><th scope="col">Sender</th><th scope="col" class="number">Messages</th><th scope="col">Reason</th><th scope="col">The server’s words</th></tr></thead>
<tbody>
${senders.slice(0, mostRows).map(renderRow)}
</tbody>
</table>
${more > 0 && markup`<p><a href="#senders" data-kind="rejected" data-wanted>… and ${formatCount(more)} more</a></p>`}`;
}

function renderRow({ address, messages, reason, mxHost, replyCode, enhancedCode, replyText }: RejectedSender): Markup {
  const said = [replyCode, enhancedCode, replyText].filter((part) => part !== null).join(' ');
  return markup`<tr><th scope="row"><bdi class="address">${fitText(address, longestAddress)}</bdi></th><td class="number" data-label="messages">${formatCount(messages)}</td><td><span class="swatch fill-rejected"></span>${reason}</td><td><bdi class="said">${fitText(said, longestReply)}</bdi><bdi class="host">${fitText(mxHost ?? '', longestAddress)}</bdi></td></tr>
`;
}
