/**
 * Active codes of ISO 4217 as of January 2026, without precious metals, testing (XTS) and "no currency" (XXX).
 * A list of our own and not `Intl.supportedValuesOf('currency')`: that one follows the ICU of the Node that runs, so a
 * replay elsewhere could reject other records; it also lacks fund codes that are billed in (CLF, UYI).
 */
const ACTIVE =
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF ' +
  'CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD ' +
  'HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD ' +
  'MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN ' +
  'PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD ' +
  'TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XCD XCG XDR XOF XPF XSU XUA YER ZAR ZMW ZWG';

/** Withdrawn since 2021: recorded bills still name them, and a replay must take them. */
const RECENTLY_WITHDRAWN = 'ANG BGN CUC HRK SLL ZWL';

const KNOWN: ReadonlySet<string> = new Set(`${ACTIVE} ${RECENTLY_WITHDRAWN}`.split(' '));

/** Whether a code is a currency of ISO 4217 that amounts may be in (case matters). */
export function isKnownCurrency(code: string): boolean {
  return KNOWN.has(code);
}
