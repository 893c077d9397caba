// Months since the start, in dates where a start date is chosen.

import {short} from "./numbers.js";

const NAMES = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS = 30.4375; // of a month: 365.25 / 12

export function isDate(text) {
  return /^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$/.test(text);
}

// The day `months` after the first of the month `start` ("2027-03").
export function dateAt(start, months) {
  const [year, month] = start.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, 1) + months * DAYS * 86_400_000);
}

// A time in words: "month 4.2", or "May 2027" where a start is chosen.
export function moment(months, start, digits = 1) {
  if (!start) return `month ${months.toFixed(digits)}`;
  const date = dateAt(start, months);
  return Number.isNaN(date.getTime()) ? `month ${short(months)}` : `${NAMES[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

export function axisLabel(start) {
  return start ? "date" : "time since the lead clock started (months)";
}
