/**
 * What can come back when a server is asked something: a reply, or why there is none.
 */
import type { Event } from '../../verdict/evidence.js';
import type { Reply } from './reply-parser.js';

/** The events that leave a question without a reply. */
type FailureEvent = Extract<
  Event,
  | 'timeout'
  | 'hang-up'
  | 'not-smtp'
  | 'reply-too-long'
  | 'tls-failed'
  | 'connection-refused'
  | 'connection-timeout'
  | 'network-unreachable'
>;

/** No reply, and none to come on this connection; `detail` says in words what was seen. */
export interface Failure {
  readonly event: FailureEvent;
  readonly detail: string;
}

/** The outcome of one command, or of waiting for the greeting. */
export type Answer = { readonly event: 'reply'; readonly reply: Reply } | Failure;

/** Whether the server answered with a 2xx code. */
export function isSuccess(answer: Answer): boolean {
  return answer.event === 'reply' && answer.reply.code < 300;
}
