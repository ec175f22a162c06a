/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstcallegresssink.h"

#include <gst/gst.h>

#define PACKAGE "libcall"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (callegresssink, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR,
                   GST_VERSION_MINOR,
                   call,
                   "Speech of consultations: made even, written to files, sent on",
                   plugin_init,
                   PACKAGE_VERSION,
                   "LGPL",
                   "libcall",
                   "https://libcall.org/")
