/**
 * The rules as they are to be applied to one survey: servers repeat the name that they were greeted with, and what is
 * in a name says nothing.
 */
import type { SurveyInfo } from '../store/survey-info.js';
import type { Evidence, Judgement } from '../verdict/evidence.js';
import { judge } from '../verdict/judge.js';

/** Judges evidence of this survey. */
export function judgeIn({ settings }: SurveyInfo): (evidence: Evidence, address: string) => Judgement {
  const { probe } = settings as { readonly probe?: { readonly helo?: unknown } };
  const ourNames = typeof probe?.helo === 'string' ? [probe.helo] : [];
  return (evidence, address) => judge(evidence, address, ourNames);
}
