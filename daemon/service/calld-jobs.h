/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-appointments.h"
#include "calld-calls.h"
#include "calld-clock.h"
#include "calld-config.h"
#include "calld-store.h"

G_BEGIN_DECLS

#define CALLD_TYPE_JOBS (calld_jobs_get_type ())
G_DECLARE_FINAL_TYPE (CalldJobs, calld_jobs, CALLD, JOBS, GObject)

CalldJobs *calld_jobs_new (CalldConfig *config,
                           CalldClock *clock,
                           CalldStore *store,
                           CalldAppointments *appointments,
                           CalldCalls *calls);
void calld_jobs_start (CalldJobs *self);
void calld_jobs_stop (CalldJobs *self);
guint64 calld_jobs_get_n_sweeps (CalldJobs *self);

G_END_DECLS
