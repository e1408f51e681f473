/**
 * Writes the man page: npm run man.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { renderManPage } from './man-page/render.js';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
mkdirSync('man', { recursive: true });
writeFileSync('man/sender-survey.1', renderManPage(version));
