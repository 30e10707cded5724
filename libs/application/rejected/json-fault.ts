/** Where a text stops being JSON. */
export interface JsonFault {
  /** Index in the text of the first character that cannot stand there; the text's length where it ends too early. */
  readonly at: number;
  /** What could have stood there instead, in plain English. */
  readonly expected: string;
}

const WHITE_SPACE = /[ \t\n\r]*/y;
// eslint-disable-next-line no-control-regex -- JSON forbids exactly these in strings
const STRING_BODY = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;

type Expecting = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma or end';

/**
 * Finds the place where a text stops being JSON; undefined where it is JSON. JSON.parse does not tell the place, or
 * only in some of its messages. Goes as deep as the text does without recursion.
 */
export function jsonFault(text: string): JsonFault | undefined {
  const scan = new Scan(text);
  for (;;) {
    scan.skip(WHITE_SPACE);
    if (scan.isOver) return scan.at === text.length ? undefined : scan.fault('the end');
    const fault = scan.step();
    if (fault) return fault;
  }
}

class Scan {
  at = 0;
  private expecting: Expecting = 'value';
  private readonly open: ('{' | '[')[] = [];
  private isDone = false;

  constructor(private readonly text: string) {}

  /** The outermost value is complete. */
  get isOver(): boolean {
    return this.isDone;
  }

  skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  fault(expected: string): JsonFault {
    return { at: this.at, expected };
  }

  step(): JsonFault | undefined {
    const next = this.text[this.at];
    switch (this.expecting) {
      case 'value':
      case 'value or ]':
        if (next === ']' && this.expecting === 'value or ]') return this.close();
        return this.value(next, this.expecting === 'value' ? 'a value' : 'a value or ]');
      case 'name':
      case 'name or }':
        if (next === '}' && this.expecting === 'name or }') return this.close();
        if (next !== '"') return this.fault(`a name in double quotes${this.expecting === 'name' ? '' : ' or }'}`);
        this.expecting = 'colon';
        return this.string();
      case 'colon':
        if (next !== ':') return this.fault('a colon');
        this.at += 1;
        this.expecting = 'value';
        return undefined;
      case 'comma or end':
        return this.behindValue(next);
    }
  }

  private value(next: string | undefined, expected: string): JsonFault | undefined {
    if (next === '{' || next === '[') {
      this.open.push(next);
      this.at += 1;
      this.expecting = next === '{' ? 'name or }' : 'value or ]';
      return undefined;
    }
    if (next === '"') {
      const fault = this.string();
      return fault ?? this.completed();
    }
    if (this.skip(NUMBER) || this.skip(LITERAL)) return this.completed();
    return this.fault(expected);
  }

  private string(): JsonFault | undefined {
    this.skip(STRING_BODY);
    if (this.text[this.at] !== '"') {
      const isOver = this.at >= this.text.length;
      return this.fault(isOver ? 'the closing quote of a text' : 'an escape sequence, no control character');
    }
    this.at += 1;
    return undefined;
  }

  private behindValue(next: string | undefined): JsonFault | undefined {
    const within = this.open.at(-1);
    const end = within === '{' ? '}' : ']';
    if (next === end) return this.close();
    if (next !== ',') return this.fault(`a comma or ${end}`);
    this.at += 1;
    this.expecting = within === '{' ? 'name' : 'value';
    return undefined;
  }

  private close(): JsonFault | undefined {
    this.open.pop();
    this.at += 1;
    return this.completed();
  }

  private completed(): JsonFault | undefined {
    this.isDone = this.open.length === 0;
    this.expecting = 'comma or end';
    return undefined;
  }
}
