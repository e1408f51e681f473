/**
 * The policy service in one process, against a small fake internet, and a mail server that asks it; for tests.
 */
import { connect, type Socket } from 'node:net';
import { startFakeInternet, type FakeInternet } from '../../scripts/fake-internet/start.js';
import type { World } from '../../scripts/fake-internet/world.js';
import { createSystemClock, type Clock } from '../clock.js';
import { createNetworkGuard } from '../exchangers/forbidden-networks.js';
import { parseAddressSet } from '../senders/address-set.js';
import { startPolicy, type PolicyRules, type PolicyService, type PolicySettings } from './run-policy.js';

/** A clock that can be put forward. */
export class TravelClock implements Clock {
  readonly #system = createSystemClock();
  aheadMs = 0;
  readonly now = (): number => this.#system.now() + this.aheadMs;
  readonly after = this.#system.after;
}

/** Nobody, unless named. */
export function setOf(...entries: readonly string[]) {
  return parseAddressSet(entries.join('\n'), 'test').set;
}

export const noLimits = { total: 0, client: 0, site: 0 };

/** Rules that refuse, with these changed. */
export function rulesOf(changes: Partial<PolicyRules> = {}): PolicyRules {
  return {
    mode: 'reject',
    forDomains: null,
    answerTimeoutMs: 5000,
    rates: noLimits,
    wanted: setOf(),
    skip: setOf(),
    ...changes,
  };
}

/** A service under test. */
export interface Tested {
  readonly internet: FakeInternet;
  readonly service: PolicyService;
  readonly clock: TravelClock;
  readonly log: string[];
  readonly warnings: string[];
  /** The action for mail of this sender. */
  readonly ask: (sender: string, more?: Readonly<Record<string, string>>) => Promise<string>;
  readonly client: () => PolicyClient;
  /** Stops it, and starts it again on the same state. */
  readonly restart: (rules?: PolicyRules) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts one. */
export async function startTested(
  world: World,
  rules: PolicyRules = rulesOf(),
  changes: Partial<Omit<PolicySettings, 'probe'>> & { readonly probe?: Partial<PolicySettings['probe']> } = {},
): Promise<Tested> {
  const internet = await startFakeInternet(world);
  const clock = new TravelClock();
  const [log, warnings]: [string[], string[]] = [[], []];
  const outside = {
    clock,
    random: Math.random,
    warn: (text: string) => warnings.push(text),
    log: (line: string) => log.push(line),
  };
  const settings = settingsFor(internet, changes);
  let service = await startPolicy(settings, rules, outside);
  let ended = false;
  const client = (): PolicyClient => new PolicyClient(service.at);
  return {
    internet,
    get service() {
      return service;
    },
    clock,
    log,
    warnings,
    client,
    ask: async (sender, more = {}) => {
      const asking = client();
      try {
        return await asking.ask({ sender, ...more });
      } finally {
        asking.close();
      }
    },
    restart: async (other = rules) => {
      await service.close();
      service = await startPolicy(settings, other, outside);
    },
    close: async () => {
      if (ended) return;
      ended = true;
      await service.close();
      await internet.close();
    },
  };
}

function settingsFor(
  internet: FakeInternet,
  { probe, ...changes }: Parameters<typeof startTested>[2] & object,
): PolicySettings {
  return {
    listen: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    metrics: null,
    statePath: 'none',
    concurrency: 20,
    limits: {
      siteSessions: 2,
      siteRate: 0,
      sitePauseMs: 100,
      sessionRecipients: 10,
      maxAddresses: 5,
      maxSessions: 2,
      throttleRetries: 0,
    },
    probe: {
      helo: 'survey.example',
      mailFrom: '',
      port: internet.smtpPort,
      tls: 'on-demand',
      catchAll: false,
      sessionRecipients: 10,
      connectTimeoutMs: 500,
      replyTimeoutMs: 3000,
      senderTimeoutMs: 10_000,
      ...probe,
    },
    sourceAddresses: [],
    resolvers: [internet.resolver],
    ipVersion: 'any',
    guard: createNetworkGuard(['127.0.0.0/8']),
    ...changes,
  };
}

/** A mail server's connection. */
export class PolicyClient {
  readonly socket: Socket;
  #received = '';
  #ended = false;
  #wake: () => void = () => {};

  constructor(at: string) {
    const [host = '', port = ''] = at.split(':');
    this.socket = host === 'unix' ? connect(port) : connect(Number(port), host);
    this.socket.setEncoding('utf8').on('data', (text: string) => {
      this.#received += text;
      this.#wake();
    });
    this.socket
      .on('error', () => {})
      .on('close', () => {
        this.#ended = true;
        this.#wake();
      });
  }

  /** Asks, and waits for the action. */
  async ask(attributes: Readonly<Record<string, string>>): Promise<string> {
    this.socket.write(requestOf(attributes));
    return await this.action();
  }

  /** The next action; empty where the connection ends instead. */
  async action(): Promise<string> {
    for (;;) {
      const [, action, rest] = /^action=([^\n]*)\n\n([^]*)$/.exec(this.#received) ?? [];
      if (action !== undefined && rest !== undefined) {
        this.#received = rest;
        return action;
      }
      if (this.#ended) return '';
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  close(): void {
    this.socket.destroy();
  }
}

/** A request as Postfix 3.7 sends it. */
export function requestOf(attributes: Readonly<Record<string, string>>): string {
  const all = {
    request: 'smtpd_access_policy',
    protocol_state: 'RCPT',
    protocol_name: 'ESMTP',
    helo_name: 'client.example.net',
    queue_id: '',
    sender: 'anna@good.example',
    recipient: 'clerk@corp.example',
    recipient_count: '0',
    client_address: '192.0.2.25',
    client_name: 'client.example.net',
    reverse_client_name: 'client.example.net',
    instance: `1a2b.${Math.random()}`,
    sasl_method: '',
    sasl_username: '',
    sasl_sender: '',
    size: '0',
    ccert_subject: '',
    ...attributes,
  };
  return `${Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')}\n`;
}
