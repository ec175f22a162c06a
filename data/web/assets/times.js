/* SPDX-License-Identifier: LGPL-2.1-or-later */

const MINUTE = 60000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (number) => String(number).padStart(2, '0');

/** 65 → "1:05", 3665 → "1:01:05". */
export function clockText(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = two(whole % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** A waiting time as whole parts; the largest two that matter, minutes and seconds below an hour. */
export function splitCountdown(ms) {
  const left = Math.max(0, ms);
  if (left >= DAY)
    return { unit: 'days', first: Math.floor(left / DAY), second: Math.floor((left % DAY) / HOUR) };
  if (left >= HOUR)
    return { unit: 'hours', first: Math.floor(left / HOUR), second: Math.floor((left % HOUR) / MINUTE) };
  const seconds = Math.ceil(left / 1000);
  return { unit: 'minutes', first: Math.floor(seconds / 60), second: seconds % 60 };
}

export function formatTime(time, language, timeZone) {
  return new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit', timeZone }).format(time);
}

function dayNumber(time, timeZone) {
  const parts = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone });
  return Date.parse(`${parts.format(time)}T00:00:00Z`) / DAY;
}

/** "Today", "tomorrow", or "Tuesday, 3 March" (the year when it is another one), as read in `timeZone`. */
export function formatDay(time, now, language, timeZone) {
  const distance = dayNumber(time, timeZone) - dayNumber(now, timeZone);
  if (Math.abs(distance) <= 1)
    return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(distance, 'day');
  const near = Math.abs(distance) < 300;
  return new Intl.DateTimeFormat(language, {
    weekday: 'long', day: 'numeric', month: 'long', year: near ? undefined : 'numeric', timeZone,
  }).format(time);
}

/** "today, 14:30": day and time in one. */
export function formatMoment(time, now, language, timeZone) {
  return `${formatDay(time, now, language, timeZone)}, ${formatTime(time, language, timeZone)}`;
}

/** The time zone's name for people, such as "Brasilia Standard Time". */
export function zoneName(time, language, timeZone) {
  const parts = new Intl.DateTimeFormat(language, { timeZoneName: 'long', timeZone }).formatToParts(time);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
}
