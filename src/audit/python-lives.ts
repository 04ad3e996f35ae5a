/**
 * The day on which each Python reaches its end of life; of a month that is planned, the last.
 *
 * @see https://devguide.python.org/versions/
 */
export const PYTHON_ENDS: Readonly<Record<string, string>> = {
  '2.7': '2020-01-01',
  '3.5': '2020-09-30',
  '3.6': '2021-12-23',
  '3.7': '2023-06-27',
  '3.8': '2024-10-07',
  '3.9': '2025-10-31',
  '3.10': '2026-10-31',
  '3.11': '2027-10-31',
  '3.12': '2028-10-31',
  '3.13': '2029-10-31',
  '3.14': '2030-10-31',
  '3.15': '2031-10-31',
};
