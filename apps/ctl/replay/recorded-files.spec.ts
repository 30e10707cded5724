import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  mapRow,
  parseReferenceForTest,
} from '#libs/application';
