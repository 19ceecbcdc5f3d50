"""
MiniStack with what our stack needs of AWS and MiniStack 1.5.33 lacks. The template is deployed as it is; what is
changed here is the emulator, and docs/deploying.md lists each with what happens without it.

Run in place of `python3 -m ministack`.
"""

import json
import os
import re
import signal
import sys
import threading
from datetime import datetime, timezone

from ministack import app
from ministack.core import iam_evaluator, lambda_runtime
from ministack.services import cloudwatch, eventbridge
from ministack.services.cloudformation import provisioners

# 1. Alarms over metric math: taken and described, never evaluated.
_alarm_record = provisioners._cw_metric_alarm_record


def _record_with_math(name, props):
    if not props.get("Metrics"):
        return _alarm_record(name, props)
    plain = {key: value for key, value in props.items() if key != "Metrics"}
    record = _alarm_record(name, {**plain, "MetricName": "(metric math)", "Namespace": "(metric math)"})
    return {**record, "Metrics": props["Metrics"]}


provisioners._cw_metric_alarm_record = _record_with_math

_evaluate_alarm = cloudwatch._evaluate_alarm
cloudwatch._evaluate_alarm = lambda alarm: None if alarm.get("Metrics") else _evaluate_alarm(alarm)

# 2. EventBridge Scheduler's context attributes: MiniStack sends them as they are written.
_invoke_target = eventbridge._invoke_target


def _with_context(target, event, rule, view=None):
    if event.get("Source") == "aws.scheduler" and target.get("Input"):
        scheduled = datetime.fromtimestamp(event["Time"], tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        target = {**target, "Input": target["Input"].replace("<aws.scheduler.scheduled-time>", scheduled)}
    _invoke_target(target, event, rule, view)


eventbridge._invoke_target = _with_context

# 3. Layers at /opt: the local executor unpacks them elsewhere, and CDK's function starts /opt/awscli/aws, whose own
# first line names Lambda's Python.
_LAYERS_AT_OPT = '''
import os as _os, subprocess as _subprocess, sys as _sys
_popen = _subprocess.Popen.__init__
def _with_layers(self, args, *more, **named):
    if isinstance(args, (list, tuple)) and str(args[0]).startswith("/opt/"):
        for _layer in filter(None, _os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(_os.pathsep)):
            _program = _os.path.join(_layer, str(args[0])[len("/opt/"):])
            if _os.path.exists(_program):
                args = [_sys.executable, _program, *args[1:]]
                break
    _popen(self, args, *more, **named)
_subprocess.Popen.__init__ = _with_layers
'''
lambda_runtime._PYTHON_WORKER_SCRIPT = _LAYERS_AT_OPT + lambda_runtime._PYTHON_WORKER_SCRIPT

# 4. TLS to this machine: MiniStack's Node worker speaks HTTP where a function asks for HTTPS on loop-back, which is meant
# for MiniStack itself and catches whatever stands in for PagerDuty, too.
_LOOPBACK = 'if (host === "127.0.0.1" || host === "localhost" || host === msHost'
_OWN_PORT = "[undefined, null, 443, msPort].some((port) => String(port) === String(options.port))"
if _LOOPBACK not in lambda_runtime._NODEJS_WORKER_SCRIPT:
    sys.exit("MiniStack's Node worker is not the one of 1.5.33: see what it does with HTTPS on loop-back now")
lambda_runtime._NODEJS_WORKER_SCRIPT = lambda_runtime._NODEJS_WORKER_SCRIPT.replace(
    _LOOPBACK, f"if ({_OWN_PORT}) " + _LOOPBACK
)

# 5. Nothing that MiniStack lacks, but what a test asks for: a deployment that fails half-way, and IAM that is enforced
# from then on. Each line on standard input is a JSON object, and is answered by the same line on standard output.
_asked = {"refuse": None, "enforce": False, "tls": True}

# The gateway speaks HTTP here; on AWS there is only HTTPS, which policies ask for.
_condition_key = iam_evaluator._resolve_condition_key


def _as_over_tls(key, context):
    is_tls = key.lower() == "aws:securetransport"
    return str(_asked["tls"]).lower() if is_tls else _condition_key(key, context)


iam_evaluator._resolve_condition_key = _as_over_tls

_provision = provisioners._provision_resource


def _unless_refused(resource_type, logical_id, *more, **named):
    if _asked["refuse"] and re.search(_asked["refuse"], logical_id):
        raise ValueError(f"{logical_id} is refused, as the test asked for")
    return _provision(resource_type, logical_id, *more, **named)


for module in [module for name, module in sys.modules.items() if name.startswith("ministack.services.cloudformation")]:
    if getattr(module, "_provision_resource", None) is _provision:
        module._provision_resource = _unless_refused


def _obey():
    for line in sys.stdin:
        _asked.update(json.loads(line))
        app.AUTH = _asked["enforce"]
        print(line.strip(), flush=True)
    # Whoever started us holds our standard input open: when it is gone, however it ended, so are we and our functions.
    os.killpg(0, signal.SIGKILL)


threading.Thread(target=_obey, daemon=True).start()
app.main()
