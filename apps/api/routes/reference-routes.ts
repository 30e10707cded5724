import { applyParameters, noParameters } from '../controllers/parameters.js';
import type { RouteDeclaration } from './route.js';

/** Documents are read by one reader, which knows their lines; JSON is YAML. */
export const DOCUMENT_TYPES = [
  'application/yaml',
  'application/json',
  'application/x-yaml',
  'text/yaml',
  'text/x-yaml',
] as const;

/** What people decide. */
export const REFERENCE_ROUTES = {
  listReference: {
    method: 'get',
    path: 'api/v1/reference',
    access: 'reading',
    tag: 'reference',
    summary: 'Every entry that holds, with its version.',
    query: noParameters,
    answer: { says: 'entries' },
    problems: ['database-unavailable'],
  },
  applyReference: {
    method: 'post',
    path: 'api/v1/reference',
    access: ['operator', 'admin'],
    tag: 'reference',
    summary: 'Makes the store hold what a reference document says: all of it or nothing.',
    description: '`dryRun=true` only tells the difference; `prune=true` deletes what the document does not have.',
    query: applyParameters,
    body: { mediaTypes: DOCUMENT_TYPES, says: 'a reference document (deploy/reference/sample.yaml)' },
    answer: { says: 'the difference, written unless a dry run' },
    problems: ['invalid-document', 'changed-meanwhile', 'unsupported-media-type', 'database-unavailable'],
  },
} as const satisfies Readonly<Record<string, RouteDeclaration>>;
