/**
 * What the service has done since it started, for Prometheus (text exposition format 0.0.4).
 */
import type { Action } from './enforce.js';
import type { Decision } from './decide.js';

/** Upper bounds of the time an answer took, seconds. */
const buckets = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10] as const;

/** What is not counted but looked up. */
export interface Gauges {
  readonly connections: number;
  readonly sendersUnderWay: number;
  readonly sessions: number;
  readonly reloadedAt: number;
  readonly startedAt: number;
}

/** Counts answers. */
export class PolicyTally {
  readonly #decisions = new Map<string, number>();
  readonly #actions = new Map<string, number>();
  readonly #times = buckets.map(() => 0);
  #seconds = 0;
  #answers = 0;
  #overlong = 0;
  #refusedConnections = 0;

  /** An answer was given. */
  answered(decision: Decision, action: Action, tookMs: number): void {
    const labels =
      decision.kind === 'pass'
        ? `decision="pass",reason="${decision.why}"`
        : `decision="bad",reason="${decision.judgement.reason}"`;
    this.#decisions.set(labels, (this.#decisions.get(labels) ?? 0) + 1);
    this.#actions.set(action, (this.#actions.get(action) ?? 0) + 1);
    this.#answers += 1;
    const seconds = tookMs / 1000;
    this.#seconds += seconds;
    const bucket = buckets.findIndex((bound) => seconds <= bound);
    if (bucket !== -1) this.#times[bucket] = (this.#times[bucket] ?? 0) + 1;
  }

  /** A request was too long. */
  wasOverlong(): void {
    this.#overlong += 1;
  }

  /** A connection too many. */
  refusedConnection(): void {
    this.#refusedConnections += 1;
  }

  /** All of it, as Prometheus reads it. */
  render(gauges: Gauges): string {
    const { connections, sendersUnderWay, sessions, reloadedAt, startedAt } = gauges;
    const actions = [...this.#actions].map(([action, count]): Sample => [`action="${action}"`, count]);
    return [
      metric('decisions_total', 'counter', 'Requests by what is known of their sender.', [...this.#decisions]),
      metric('actions_total', 'counter', 'Requests by what the mail server was told.', actions),
      metric('overlong_requests_total', 'counter', 'Requests too long to be read.', [['', this.#overlong]]),
      metric('refused_connections_total', 'counter', 'Connections too many.', [['', this.#refusedConnections]]),
      this.#renderTimes(),
      metric('connections', 'gauge', 'Connections of mail servers.', [['', connections]]),
      metric('senders_under_way', 'gauge', 'Senders being asked about, or waiting for it.', [['', sendersUnderWay]]),
      metric('sessions', 'gauge', 'SMTP sessions open.', [['', sessions]]),
      metric('reload_timestamp_seconds', 'gauge', 'When the configuration was read.', [['', reloadedAt / 1000]]),
      metric('start_timestamp_seconds', 'gauge', 'When the service started.', [['', startedAt / 1000]]),
      metric('memory_bytes', 'gauge', 'Resident memory.', [['', process.memoryUsage.rss()]]),
    ].join('');
  }

  #renderTimes(): string {
    let below = 0;
    const samples = buckets.map((bound, i): Sample => {
      below += this.#times[i] ?? 0;
      return [`le="${bound}"`, below];
    });
    const name = `${prefix}answer_seconds`;
    const lines = [...samples, ['le="+Inf"', this.#answers] as const].map(
      ([labels, value]) => `${name}_bucket{${labels}} ${value}\n`,
    );
    const ends = `${name}_sum ${this.#seconds}\n${name}_count ${this.#answers}\n`;
    return `# HELP ${name} Time an answer took.\n# TYPE ${name} histogram\n${lines.join('')}${ends}`;
  }
}

const prefix = 'sender_survey_policy_';

type Sample = readonly [labels: string, value: number];

function metric(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const full = `${prefix}${name}`;
  const lines = samples.map(([labels, value]) => `${full}${labels && `{${labels}}`} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join('')}`;
}
