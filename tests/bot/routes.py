"""Every route of the API, and the lowest role whose token may call it."""

ROUTES = {
    ("POST", "/agents"): "editor",
    ("GET", "/agents"): "viewer",
    ("GET", "/agents/{agent_id}"): "viewer",
    ("PATCH", "/agents/{agent_id}"): "editor",
    ("DELETE", "/agents/{agent_id}"): "editor",
    ("GET", "/agents/{agent_id}/draft"): "viewer",
    ("PUT", "/agents/{agent_id}/draft"): "editor",
    ("GET", "/agents/{agent_id}/versions"): "viewer",
    ("GET", "/agents/{agent_id}/versions/{number}"): "viewer",
    ("POST", "/agents/{agent_id}/versions/{number}/restore"): "editor",
    ("GET", "/agents/{agent_id}/difference"): "viewer",
    ("GET", "/agents/{agent_id}/releases"): "viewer",
    ("GET", "/agents/{agent_id}/check"): "viewer",
    ("POST", "/agents/{agent_id}/release"): "editor",
    ("POST", "/agents/{agent_id}/knowledge"): "editor",
    ("GET", "/agents/{agent_id}/knowledge"): "viewer",
    ("DELETE", "/agents/{agent_id}/knowledge/{source_id}"): "editor",
    ("POST", "/chat"): "agent",
}
