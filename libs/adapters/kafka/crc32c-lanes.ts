/**
 * CRC-32C of sixteen stretches at a time: each lane of a vector of sixteen bytes goes through a stretch of its own, and the
 * sixteen results are put together afterwards. It takes WebAssembly, whose instruction `i8x16.swizzle` looks up sixteen
 * bytes in a table of sixteen at once; so each byte is looked up as two halves, for each of the four bytes of the checksum.
 */

const LANES = 16;
/** Bytes that a lane takes. */
const STRETCH = 1_024;
/** Bytes that {@link CrcLanes.take} takes. */
export const LANES_BYTES = LANES * STRETCH;

/** Bytes of a checksum. Byte n of all lanes is vector n of the state. */
const STATE_VECTORS = 4;
/** The memory: tables of lower and upper halves for each byte of the checksum in turn, the state, the stretches. */
const TABLES_AT = 0;
const STATE_AT = TABLES_AT + 2 * STATE_VECTORS * LANES;
const STRETCHES_AT = STATE_AT + STATE_VECTORS * LANES;

type Code = readonly number[];

/** Number in the form that WebAssembly has for them, seven bits a byte. */
function leb128(value: number): Code {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb128(value >>> 7)];
}

/* Instructions, by their names in the specification. */
const localGet = (local: number): Code => [0x20, local];
const localSet = (local: number): Code => [0x21, local];
const i32Const = (value: number): Code => [0x41, value];
const vector = (instruction: number): Code => [0xfd, ...leb128(instruction)];
/** With the offset from the address; aligned to a byte. */
const v128Load = (offset: number): Code => [...vector(0), 0, ...leb128(offset)];
const v128Store = (offset: number): Code => [...vector(11), 0, ...leb128(offset)];
const i8x16Shuffle = (lanes: Code): Code => [...vector(13), ...lanes];
const [i8x16Swizzle, i8x16Splat, v128And, v128Xor, i16x8ShrU] = [14, 15, 78, 81, 141].map(vector) as [
  Code,
  Code,
  Code,
  Code,
  Code,
];
const END: Code = [0x0b];

/* Local variables: where in the stretches it stands, then vectors. */
const OFFSET = 0;
const TABLE = 1;
const STATE = TABLE + 2 * STATE_VECTORS;
const LOWER_BITS = STATE + STATE_VECTORS;
const LOWER = LOWER_BITS + 1;
const UPPER = LOWER + 1;
const ROWS = UPPER + 1;
const SPARE_ROWS = ROWS + LANES;
const VECTORS = SPARE_ROWS + LANES - TABLE;

/** Bytes of two vectors in turn: of their first halves, of their second halves. */
const FIRST_HALVES = Array.from({ length: LANES }, (_, lane) => (lane >> 1) + (lane & 1) * LANES);
const SECOND_HALVES = FIRST_HALVES.map((lane) => lane + LANES / 2);

/** Loads sixteen bytes of each stretch, and turns them so that there is a vector for each byte with a lane for each stretch. */
function loadColumns(): Code {
  const code: number[] = [];
  for (let lane = 0; lane < LANES; lane += 1)
    code.push(...localGet(OFFSET), ...v128Load(STRETCHES_AT + lane * STRETCH), ...localSet(ROWS + lane));
  // Each round moves one bit of a byte's place from the number of its lane to that of its vector.
  for (let from = ROWS, to = SPARE_ROWS, round = 0; round < Math.log2(LANES); round += 1, [from, to] = [to, from])
    for (let row = 0; row < LANES / 2; row += 1) {
      const pair = [...localGet(from + row), ...localGet(from + row + LANES / 2)];
      code.push(...pair, ...i8x16Shuffle(FIRST_HALVES), ...localSet(to + 2 * row));
      code.push(...pair, ...i8x16Shuffle(SECOND_HALVES), ...localSet(to + 2 * row + 1));
    }
  return code;
}

/** Takes a byte of each lane into the state: state = (state >>> 8) ^ table[(state ^ byte) & 255]. */
function takeColumn(column: number): Code {
  const index = [...localGet(STATE), ...localGet(ROWS + column), ...v128Xor];
  const code = [...index, ...localGet(LOWER_BITS), ...v128And, ...localSet(LOWER)];
  code.push(...index, ...i32Const(4), ...i16x8ShrU, ...localGet(LOWER_BITS), ...v128And, ...localSet(UPPER));
  for (let byte = 0; byte < STATE_VECTORS; byte += 1) {
    code.push(...localGet(TABLE + 2 * byte), ...localGet(LOWER), ...i8x16Swizzle);
    code.push(...localGet(TABLE + 2 * byte + 1), ...localGet(UPPER), ...i8x16Swizzle, ...v128Xor);
    if (byte + 1 < STATE_VECTORS) code.push(...localGet(STATE + byte + 1), ...v128Xor);
    code.push(...localSet(STATE + byte));
  }
  return code;
}

/** The function that goes through all stretches: the state from the memory, a loop, the state into the memory. */
function wholeFunction(): Code {
  const code = [2, 1, 0x7f, VECTORS, 0x7b];
  for (let table = 0; table < 2 * STATE_VECTORS; table += 1)
    code.push(...i32Const(0), ...v128Load(TABLES_AT + table * LANES), ...localSet(TABLE + table));
  for (let byte = 0; byte < STATE_VECTORS; byte += 1)
    code.push(...i32Const(0), ...v128Load(STATE_AT + byte * LANES), ...localSet(STATE + byte));
  code.push(...i32Const(15), ...i8x16Splat, ...localSet(LOWER_BITS));
  code.push(0x03, 0x40, ...loadColumns());
  for (let column = 0; column < LANES; column += 1) code.push(...takeColumn(column));
  // offset += 16; again while it is below the length of a stretch.
  code.push(...localGet(OFFSET), ...i32Const(LANES), 0x6a, 0x22, OFFSET);
  code.push(0x41, ...leb128(STRETCH), 0x49, 0x0d, 0, ...END);
  for (let byte = 0; byte < STATE_VECTORS; byte += 1)
    code.push(...i32Const(0), ...localGet(STATE + byte), ...v128Store(STATE_AT + byte * LANES));
  return [...code, ...END];
}

/** A module with a page of memory `m` and the function `f`. */
function wholeModule(): Uint8Array<ArrayBuffer> {
  const section = (id: number, content: Code): Code => [id, ...leb128(content.length), ...content];
  const code = wholeFunction();
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, 1, 0x6d, 2, 0, 1, 0x66, 0, 0]),
    ...section(10, [1, ...leb128(code.length), ...code]),
  ]);
}

/** As much of WebAssembly as is used here: the types of Node have none of it. */
interface WebAssemblyTypes {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => {
    readonly exports: { readonly m: { readonly buffer: ArrayBuffer }; readonly f: () => void };
  };
}

/** Takes {@link LANES_BYTES} bytes at a time into a checksum. */
export class CrcLanes {
  private readonly run: () => void;
  private readonly state: Uint8Array;
  private readonly stretches: Uint8Array;
  /** [256 * n + byte]: what byte n of a checksum becomes when a stretch of zeros follows. */
  private readonly behind = new Int32Array(STATE_VECTORS * 256);

  private constructor(wasm: WebAssemblyTypes, module: Uint8Array, table: Int32Array) {
    const { m, f } = new wasm.Instance(new wasm.Module(module)).exports;
    this.run = f;
    this.state = new Uint8Array(m.buffer, STATE_AT, STATE_VECTORS * LANES);
    this.stretches = new Uint8Array(m.buffer, STRETCHES_AT, LANES_BYTES);
    const tables = new Uint8Array(m.buffer, TABLES_AT, 2 * STATE_VECTORS * LANES);
    for (let byte = 0; byte < STATE_VECTORS; byte += 1)
      for (let half = 0; half < LANES; half += 1) {
        tables[2 * byte * LANES + half] = (table[half] as number) >>> (8 * byte);
        tables[(2 * byte + 1) * LANES + half] = (table[half << 4] as number) >>> (8 * byte);
      }
    for (let at = 0; at < this.behind.length; at += 1) {
      let crc = (at & 255) << (8 * (at >> 8));
      for (let zeros = 0; zeros < STRETCH; zeros += 1) crc = (crc >>> 8) ^ (table[crc & 255] as number);
      this.behind[at] = crc;
    }
  }

  /**
   * `table`: what each byte adds to a checksum. Undefined where the processor or Node has no such vectors, and where addresses
   * are rationed (`ulimit -v`): the engine sets gigabytes of them aside for the memory of a module, however small.
   */
  static of(table: Int32Array): CrcLanes | undefined {
    const wasm = (globalThis as { readonly WebAssembly?: WebAssemblyTypes }).WebAssembly;
    const module = wholeModule();
    if (!wasm?.validate(module)) return undefined;
    try {
      return new CrcLanes(wasm, module, table);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /** The checksum, before its last inversion, after the {@link LANES_BYTES} bytes at `at`; `crc`: the one before them. */
  take(crc: number, bytes: Uint8Array, at: number): number {
    const { state, stretches, behind } = this;
    stretches.set(new Uint8Array(bytes.buffer, bytes.byteOffset + at, LANES_BYTES));
    // The first lane goes on from what was before, the others from nothing.
    state.fill(0);
    for (let byte = 0; byte < STATE_VECTORS; byte += 1) state[byte * LANES] = crc >>> (8 * byte);
    this.run();
    let whole = 0;
    for (let lane = 0; lane < LANES; lane += 1) {
      whole =
        (behind[whole & 255] as number) ^
        (behind[256 + ((whole >>> 8) & 255)] as number) ^
        (behind[512 + ((whole >>> 16) & 255)] as number) ^
        (behind[768 + (whole >>> 24)] as number);
      for (let byte = 0; byte < STATE_VECTORS; byte += 1) whole ^= (state[byte * LANES + lane] as number) << (8 * byte);
    }
    return whole;
  }
}
