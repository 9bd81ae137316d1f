"""Misspelt options: Asterisk drops a whole PJSIP object for one, and says nothing of one elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from voicebot.agi.configuration.sections import Section, Setting
from voicebot.agi.lint.finding import PbxFinding, broken, note
from voicebot.agi.lint.pbx import Pbx
from voicebot.errors import Problem
from voicebot.suggestions import alike

_ALIKE: Final = 0.8
"""Share of common characters from which a word is taken for a misspelling of another."""

_OTHER_TYPES: Final = frozenset(
    {"asterisk-publication", "contact", "inbound-publication", "outbound-publish", "phoneprov", "resource_list"}
    | {"subscription_persistence"}
)
"""What ``type`` may be in pjsip.conf beside those whose options are known here."""

_OPTIONS: Final = {
    "endpoint": """
        100rel accept_multiple_sdp_answers accountcode acl aggregate_mwi allow allow_overlap allow_subscribe
        allow_transfer allow_unauthenticated_options aors asymmetric_rtp_codec auth
        bind_rtp_to_media_address bundle call_group callerid callerid_privacy callerid_tag
        codec_prefs_incoming_answer codec_prefs_incoming_offer codec_prefs_outgoing_answer
        codec_prefs_outgoing_offer connected_line_method contact_acl contact_deny contact_permit
        contact_user context cos_audio cos_video deny device_state_busy_at direct_media
        direct_media_glare_mitigation direct_media_method disable_direct_media_on_nat disallow
        dtls_auto_generate_cert dtls_ca_file dtls_ca_path dtls_cert_file dtls_cipher dtls_fingerprint
        dtls_private_key dtls_rekey dtls_setup dtls_verify dtmf_mode fax_detect fax_detect_timeout
        follow_early_media_fork follow_redirect_methods force_avp force_rport from_domain from_user
        g726_non_standard geoloc_incoming_call_profile geoloc_outgoing_call_profile ice_support identify_by
        ignore_183_without_sdp inband_progress incoming_call_offer_pref incoming_mwi_mailbox language
        mailboxes max_audio_streams max_video_streams media_address media_encryption
        media_encryption_optimistic media_use_received_transport message_context moh_passthrough moh_suggest
        mwi_from_user mwi_subscribe_replaces_unsolicited named_call_group named_pickup_group
        notify_early_inuse_ringing one_touch_recording outbound_auth outbound_proxy outgoing_call_offer_pref
        overlap_context permit pickup_group preferred_codec_only record_off_feature record_on_feature
        redirect_method refer_blind_progress rewrite_contact rpid_immediate rtcp_mux rtp_engine rtp_ipv6
        rtp_keepalive rtp_port_end rtp_port_start rtp_symmetric rtp_timeout rtp_timeout_hold sdp_owner
        sdp_session security_mechanisms security_negotiation send_aoc send_connected_line send_diversion
        send_history_info send_pai send_rpid set_var srtp_tag_32 stir_shaken stir_shaken_profile
        sub_min_expiry subscribe_context suppress_moh_on_sendonly suppress_q850_reason_headers
        t38_bind_udptl_to_media_address t38_udptl t38_udptl_ec t38_udptl_ipv6 t38_udptl_maxdatagram
        t38_udptl_nat tenantid timers timers_min_se timers_sess_expires tone_zone tos_audio tos_video
        transport trust_connected_line trust_id_inbound trust_id_outbound type use_avpf use_ptime
        user_eq_phone voicemail_extension webrtc
    """,
    "aor": """
        authenticate_qualify contact default_expiration mailboxes max_contacts maximum_expiration
        minimum_expiration outbound_proxy qualify_2xx_only qualify_frequency qualify_timeout remove_existing
        remove_unavailable support_path type voicemail_extension
    """,
    "auth": """
        auth_type md5_cred nonce_lifetime oauth_clientid oauth_secret password password_digest realm
        refresh_token supported_algorithms_uac supported_algorithms_uas type username
    """,
    "transport": """
        allow_reload allow_wildcard_certs async_operations bind ca_list_file ca_list_path cert_file cipher
        cos domain external_media_address external_signaling_address external_signaling_port local_net
        method password priv_key_file protocol require_client_cert symmetric_transport tcp_keepalive_enable
        tcp_keepalive_idle_time tcp_keepalive_interval_time tcp_keepalive_probe_count tos type verify_client
        verify_server websocket_write_timeout
    """,
    "registration": """
        auth_rejection_permanent client_uri contact_header_params contact_user endpoint expiration
        fatal_retry_interval forbidden_retry_interval line max_random_initial_delay max_retries
        outbound_auth outbound_proxy retry_interval security_mechanisms security_negotiation server_uri
        support_outbound support_path transport type user_agent
    """,
    "identify": """
        endpoint match match_header match_request_uri srv_lookups type
    """,
    "acl": """
        acl contact_acl contact_deny contact_permit deny permit type
    """,
    "global": """
        all_codecs_on_empty_reinvite allow_sending_180_after_183 contact_expiration_check_interval debug
        default_auth_algorithms_uac default_auth_algorithms_uas default_from_user default_outbound_endpoint
        default_realm default_voicemail_extension disable_multi_domain endpoint_identifier_order
        ignore_uri_user_options keep_alive_interval max_forwards max_initial_qualify_time
        mwi_disable_initial_unsolicited mwi_tps_queue_high mwi_tps_queue_low norefersub regcontext
        send_contact_status_on_update_registration taskprocessor_overload_trigger type
        unidentified_request_count unidentified_request_period unidentified_request_prune_interval
        use_callerid_contact user_agent
    """,
    "system": """
        accept_multiple_sdp_answers compact_headers disable_rport disable_tcp_switch follow_early_media_fork
        taskpool_auto_increment taskpool_idle_timeout taskpool_initial_size taskpool_max_size
        taskpool_minimum_size threadpool_auto_increment threadpool_idle_timeout threadpool_initial_size
        threadpool_max_size timer_b timer_t1 type
    """,
    "domain_alias": """
        domain type
    """,
    "wizard": """
        accepts_auth accepts_registrations client_uri_pattern contact_pattern has_hint has_phoneprov
        hint_application hint_context hint_exten outbound_proxy remote_hosts sends_auth
        sends_line_with_registrations sends_registrations server_uri_pattern transport type
    """,
}
"""Type -> its options (Asterisk 22, ``core-en_US.xml``)."""
_PJSIP: Final = {kind: frozenset(names.split()) for kind, names in _OPTIONS.items()}

_OTHERS: Final = {
    ("manager.conf", "general"): """
        acl allowmultiplelogin authlimit authtimeout bindaddr brokeneventsaction channelvars debug disabledevents
        displayconnects enabled httptimeout port timestampevents tlsbindaddr tlscertfile tlscipher tlsdisablev1
        tlsdisablev11 tlsdisablev12 tlsenable tlsprivatekey tlsservercipherorder webenabled
    """,
    ("manager.conf", ""): """
        acl addeventfilter allowmultiplelogin deny displayconnects eventfilter md5secret permit read secret setvar
        write writetimeout
    """,
    ("modules.conf", "modules"): "autoload load noload preload preload-require require",
    ("rtp.conf", "general"): """
        dtmftimeout dtls_mtu icesupport ice_host_candidates probation rtcpinterval rtpchecksums rtpend rtpstart
        srtpreplayprotection strictrtp strictrtp_probation stunaddr turnaddr turnpassword turnusername
    """,
}
"""File and section (empty: every other one) -> its options."""


def check_options(pbx: Pbx) -> Iterator[PbxFinding]:
    """Option names in the files that calls depend on."""
    for section in pbx.read("pjsip.conf").sections:
        if not section.template:
            yield from _pjsip(section)
    for section in pbx.read("pjsip_wizard.conf").sections:
        if not section.template and section.value("type") == "wizard":
            yield from _object(section, "wizard")
    for (file, name), names in _OTHERS.items():
        known = names.split()
        for section in pbx.read(file).sections:
            if section.name == name or (not name and section.name != "general"):
                yield from _others(section, known)


def _pjsip(section: Section) -> Iterator[PbxFinding]:
    kind = section.last("type")
    if kind is None:
        for setting in section.settings:
            if likely(setting.name, ["type"]):
                yield broken(f"{setting.name!r} is no option: [{section.name}] has no type", "write type", setting)
    elif kind.value in _PJSIP:
        yield from _object(section, kind.value)
    elif kind.value not in _OTHER_TYPES:
        meant = likely(kind.value, _PJSIP)
        if meant:
            yield broken(f"{kind.value!r} is no type: [{section.name}] is not read", f"did you mean {meant}?", kind)


def _object(section: Section, kind: str) -> Iterator[PbxFinding]:
    known = _PJSIP[kind]
    for setting in section.settings:
        name = setting.name.lower()
        if name in known or name.startswith("@"):
            continue
        owner, slash, option = name.partition("/")
        if kind == "wizard" and slash:
            owner = owner.removeprefix("inbound_").removeprefix("outbound_")
            if owner not in _PJSIP or option in _PJSIP[owner]:
                continue
            meant = likely(option, _PJSIP[owner])
        else:
            owner, option, meant = kind, name, likely(name, known)
        what = f"{owner} has no option {option!r}: Asterisk drops the whole object"
        if meant:
            yield broken(what, f"did you mean {meant}?", setting)
        else:
            what = (
                f"voicebot knows no option {option!r} of {owner}; where Asterisk does not either, it drops the object"
            )
            see = f"asterisk -rx 'config show help res_pjsip {owner}'"
            yield PbxFinding("unknown", Problem(what, see, setting.file, setting.line))


def _others(section: Section, known: list[str]) -> Iterator[PbxFinding]:
    for setting in section.settings:
        name = setting.name.lower()
        meant = "" if name in known or _is_indexed(setting) else likely(name, known)
        if meant:
            yield note(f"Asterisk knows no {setting.name!r} here, and says nothing", f"did you mean {meant}?", setting)


def _is_indexed(setting: Setting) -> bool:
    return "(" in setting.name  # eventfilter(action(include))


def likely(word: str, known: Iterable[str]) -> str:
    """Return the known word of which another is very likely a misspelling; empty when there is none."""
    return next(iter(alike(word, known, cutoff=_ALIKE)), "")
