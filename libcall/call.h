/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#define CALL_INSIDE

#include "call-version.h"

#include "call-types.h"

#include "call-active-call.h"
#include "call-appointment.h"
#include "call-audit-event.h"
#include "call-client.h"
#include "call-consent.h"
#include "call-conversation.h"
#include "call-enums.h"
#include "call-error.h"
#include "call-file.h"
#include "call-group-member.h"
#include "call-group.h"
#include "call-ice-server.h"
#include "call-id.h"
#include "call-local-daemon.h"
#include "call-message.h"
#include "call-participant.h"
#include "call-presence.h"
#include "call-session.h"
#include "call-signalling.h"
#include "call-user.h"

#undef CALL_INSIDE
