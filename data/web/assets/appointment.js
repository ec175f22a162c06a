/* SPDX-License-Identifier: LGPL-2.1-or-later */

const STATUSES = ['scheduled', 'in_progress', 'completed', 'no_show', 'cancelled', 'rescheduled'];

function parsePerson(value) {
  return { id: String(value?.id ?? ''), name: String(value?.name ?? '') };
}

function parseTime(text) {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? null : time;
}

function parseCall(value) {
  if (!value?.callId)
    return null;
  return {
    id: String(value.callId),
    state: String(value.state),
    callerId: String(value.callerId),
    calleeId: String(value.calleeId),
    generation: Number(value.generation) || 1,
    peers: { ...value.peers },
    startedAt: parseTime(value.startedAt),
  };
}

/** The server's appointment as we use it, times in milliseconds; null when it makes no sense. */
export function parseAppointment(value) {
  const times = [value?.scheduledAt, value?.opensAt, value?.closesAt].map(parseTime);
  if (!value?.id || !STATUSES.includes(value.status) || times.includes(null))
    return null;
  const [scheduledAt, opensAt, closesAt] = times;
  return {
    id: String(value.id),
    status: value.status,
    scheduledAt,
    opensAt,
    closesAt,
    endsAt: scheduledAt + (Number(value.durationMinutes) || 0) * 60000,
    doctor: parsePerson(value.doctor),
    patient: parsePerson(value.patient),
    conversationId: value.conversationId ? String(value.conversationId) : null,
    waiting: (value.waiting ?? []).map((entry) => String(entry.userId)),
    call: parseCall(value.call),
    rescheduledTo: value.rescheduledTo ? String(value.rescheduledTo) : null,
    missing: value.missing ?? null,
  };
}

/** early | open | late, or the status that ended the appointment. */
export function phaseOf(appointment, now) {
  if (appointment.status !== 'scheduled' && appointment.status !== 'in_progress')
    return appointment.status;
  if (now < appointment.opensAt)
    return 'early';
  return now <= appointment.closesAt ? 'open' : 'late';
}

/** When the link stops working, read from its own text without trusting it; null when it says nothing. */
export function linkExpiry(link) {
  try {
    const body = link.split('.')[1].replace(/-/g, '+').replace(/_/g, '/');
    const { exp } = JSON.parse(atob(body));
    return Number.isFinite(exp) ? exp * 1000 : null;
  } catch {
    return null;
  }
}
