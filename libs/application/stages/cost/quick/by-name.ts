import type { Name } from './names.js';

/**
 * Something for each name of one table, found by the name's number: a map would hash the name for each look, and there are
 * ten looks for an event. Names of other tables may be in it too, but where two have one number the later one stays.
 */
export class ByName<T> {
  private names: (Name | undefined)[] = [];
  private values: (T | undefined)[] = [];

  get(name: Name): T | undefined {
    const { number } = name;
    return number < this.names.length && this.names[number] === name ? this.values[number] : undefined;
  }

  /** Gives the value. */
  set(name: Name, value: T): T {
    const { number } = name;
    // Without holes, which would make a dictionary of a long array.
    for (; this.names.length <= number;) {
      this.names.push(undefined);
      this.values.push(undefined);
    }
    this.names[number] = name;
    this.values[number] = value;
    return value;
  }

  clear(): void {
    this.names = [];
    this.values = [];
  }
}
