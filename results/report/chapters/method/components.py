"""What the model consists of in this run: who moves through it, and what serves them."""

from __future__ import annotations

from dataclasses import replace

from results.report.document import Text
from results.report.entries import configured
from results.report.language import Language
from results.report.naming import stream_name
from results.report.subject import Subject


def entities(subject: Subject, say: Language) -> Text:
    """Patients under treatment at day zero, by treatment."""
    streams = subject.resolved.scenario.streams
    return say(
        "method.entities",
        patients=subject.counted(
            sum(stream.patients for stream in streams.values()), "patients", "patients at day zero"
        ),
        streams=subject.counted(len(streams), "none", "streams"),
        names=say.list(stream_name(subject.resolved, name, say) for name in streams),
    )


def resources(subject: Subject, say: Language) -> Text:
    """Units with their staff at full time, infusion places and lists."""
    units, staffing = subject.resolved.units, subject.resolved.scenario.staffing
    nurses = sum(unit.nurse_fte for unit in units) * staffing.nurse_fte_factor
    doctors = sum(unit.doctor_fte for unit in units) * staffing.doctor_fte_factor
    return say(
        "method.resources",
        units=subject.counted(len(units), "units", "units"),
        nurses=replace(subject.counted(nurses, "none", "nurses"), decimals=0),
        doctors=replace(subject.counted(doctors, "none", "doctors"), decimals=0),
        places=subject.counted(sum(unit.infusion_places for unit in units), "none", "infusion places"),
        listed=subject.counted(sum(unit.listed for unit in units), "none", "listed"),
        nurse=configured(subject, "staffing.nurse_direct_share"),
        doctor=configured(subject, "staffing.doctor_direct_share"),
        sick=configured(subject, "staffing.sick_absence_share"),
    )
