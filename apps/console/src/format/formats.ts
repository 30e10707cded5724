/**
 * How figures are written for this reader: in the locale of the browser, in the currency of the data, in the zone of
 * the organisation. Amounts stay decimal strings: Intl formats them exactly.
 */
export interface Formats {
  /** An amount: whole units from 1,000 on, else two digits. */
  readonly amount: (decimal: string) => string;
  /** A small amount, such as the cost of a contact: always two digits. */
  readonly unitAmount: (decimal: string) => string;
  /** An amount for an axis: 1.2K. */
  readonly axisAmount: (value: number) => string;
  readonly count: (value: number) => string;
  /** A ratio as whole percent. */
  readonly percent: (ratio: number) => string;
  /** Seconds as minutes:seconds. */
  readonly handleTime: (seconds: number) => string;
  /** HH:MM in the organisation's zone. */
  readonly time: (at: number | string) => string;
  /** HH:MM:SS in the organisation's zone. */
  readonly clock: (at: number | string) => string;
  /** Day and HH:MM, for what may not be today. */
  readonly dayTime: (at: number | string) => string;
  readonly zone: string;
}

const WHOLE_FROM = 1000;

/** Formats for a locale (undefined: the browser's), an ISO 4217 currency and an IANA zone. */
export function formatsFor(locale: string | undefined, currency: string, zone: string): Formats {
  const money = (options: Intl.NumberFormatOptions): Intl.NumberFormat =>
    new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol', ...options });
  const whole = money({ maximumFractionDigits: 0 });
  const cents = money({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const axis = money({ notation: 'compact', maximumFractionDigits: 1, minimumFractionDigits: 0 });
  const integer = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
  const at = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale, { timeZone: zone, hourCycle: 'h23', ...options });
  const hourMinute = at({ hour: '2-digit', minute: '2-digit' });
  const hourMinuteSecond = at({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const dayHourMinute = at({ month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' });
  return {
    amount: (decimal) => (Math.abs(Number(decimal)) >= WHOLE_FROM ? whole : cents).format(exact(decimal)),
    unitAmount: (decimal) => cents.format(exact(decimal)),
    axisAmount: (value) => axis.format(value),
    count: (value) => integer.format(value),
    percent: (value) => share.format(value),
    handleTime: minutesAndSeconds,
    time: (when) => hourMinute.format(new Date(when)),
    clock: (when) => hourMinuteSecond.format(new Date(when)),
    dayTime: (when) => dayHourMinute.format(new Date(when)),
    zone,
  };
}

/** Intl takes decimal strings as they are; its types only know literal ones. */
function exact(decimal: string): Intl.StringNumericLiteral {
  return decimal as Intl.StringNumericLiteral;
}

function minutesAndSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  return `${String(Math.floor(whole / 60))}:${String(whole % 60).padStart(2, '0')}`;
}
