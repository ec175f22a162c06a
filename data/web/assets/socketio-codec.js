/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Engine.IO 4 and Socket.IO 5 packets as text. Only what a page over WebSocket needs: no binary
 * attachments, and no namespace but "/".
 */

export const ENGINE = Object.freeze({ open: '0', close: '1', ping: '2', pong: '3', message: '4' });
const KINDS = ['connect', 'disconnect', 'event', 'ack', 'connect_error'];

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const SHAPES = Object.freeze({
  connect: (data) => data === undefined || isObject(data),
  disconnect: (data) => data === undefined,
  event: (data) => Array.isArray(data) && typeof data[0] === 'string',
  ack: (data, id) => Array.isArray(data) && id !== null,
  connect_error: isObject,
});

/** Handshake data of an open packet, or null when it is not one. */
export function parseOpen(text) {
  const data = text[0] === ENGINE.open ? parseJson(text.slice(1)) : undefined;
  if (!isObject(data) || !(data.pingInterval > 0) || !(data.pingTimeout > 0))
    return null;
  return { pingInterval: data.pingInterval, pingTimeout: data.pingTimeout };
}

/** A Socket.IO packet {kind, id, data}, or null when the text is not one of ours. */
export function parsePacket(text) {
  const match = /^([0-4])(\d{0,15})(.*)$/s.exec(text);
  if (!match)
    return null;
  const kind = KINDS[Number(match[1])];
  const id = match[2] === '' ? null : Number(match[2]);
  const data = match[3] === '' ? undefined : parseJson(match[3]);
  if (match[3] !== '' && data === undefined)
    return null;
  return SHAPES[kind](data, id) ? { kind, id, data } : null;
}

export function encodeConnect(auth) {
  return `${ENGINE.message}0${JSON.stringify(auth)}`;
}

export function encodeEvent(name, argument, id = null) {
  return `${ENGINE.message}2${id ?? ''}${JSON.stringify([name, argument])}`;
}
