/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstcallegresssink.h"
#include "gstcallimentivsink.h"
#include "gstcallnormalizer.h"

#include <gst/gst.h>

#define PACKAGE "libcall"

/* A line for each element; the plug-in loads when one could be registered. */
static gboolean
plugin_init (GstPlugin *plugin)
{
  gboolean registered = FALSE;

  registered |= GST_ELEMENT_REGISTER (callegresssink, plugin);
  registered |= GST_ELEMENT_REGISTER (callimentivsink, plugin);
  registered |= GST_ELEMENT_REGISTER (callnormalizer, plugin);
  return registered;
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
