"""Addresses and names that are no part of the public internet, as data with their sources.

Data, not `ipaddress.is_global`: that differs from one Python to the next, and no Python knows what
clouds have put into ordinary public space. Every block of IANA's registries stands here, also those
it calls globally reachable (anycast of protocols, AS112): no web page is in any of them.
To renew: read the sources again, change the rows and `READ`.
"""

READ = "2026-09-17"  # when the registries were read; both were last changed on 2025-10-09

# https://www.iana.org/assignments/iana-ipv4-special-registry
IPV4 = {
    "0.0.0.0/8": "this network",
    "0.0.0.0/32": "this host on this network",
    "10.0.0.0/8": "private use",
    "100.64.0.0/10": "shared address space",
    "127.0.0.0/8": "loopback",
    "169.254.0.0/16": "link local",
    "172.16.0.0/12": "private use",
    "192.0.0.0/24": "IETF protocol assignments",
    "192.0.0.0/29": "IPv4 service continuity",
    "192.0.0.8/32": "dummy address",
    "192.0.0.9/32": "port control protocol anycast",
    "192.0.0.10/32": "TURN anycast",
    "192.0.0.170/32": "NAT64/DNS64 discovery",
    "192.0.0.171/32": "NAT64/DNS64 discovery",
    "192.0.2.0/24": "documentation (TEST-NET-1)",
    "192.31.196.0/24": "AS112-v4",
    "192.52.193.0/24": "AMT",
    "192.88.99.0/24": "deprecated 6to4 relay anycast",
    "192.88.99.2/32": "6a44 relay anycast",
    "192.168.0.0/16": "private use",
    "192.175.48.0/24": "direct delegation AS112 service",
    "198.18.0.0/15": "benchmarking",
    "198.51.100.0/24": "documentation (TEST-NET-2)",
    "203.0.113.0/24": "documentation (TEST-NET-3)",
    "240.0.0.0/4": "reserved",
    "255.255.255.255/32": "limited broadcast",
    # https://www.iana.org/assignments/multicast-addresses
    "224.0.0.0/4": "multicast",
}

# https://www.iana.org/assignments/iana-ipv6-special-registry
IPV6 = {
    "::1/128": "loopback",
    "::/128": "unspecified",
    "::ffff:0:0/96": "IPv4-mapped",
    "64:ff9b::/96": "IPv4-IPv6 translation",
    "64:ff9b:1::/48": "IPv4-IPv6 translation, local use",
    "100::/64": "discard only",
    "100:0:0:1::/64": "dummy prefix",
    "2001::/23": "IETF protocol assignments",
    "2001::/32": "Teredo",
    "2001:1::1/128": "port control protocol anycast",
    "2001:1::2/128": "TURN anycast",
    "2001:1::3/128": "DNS-SD service registration anycast",
    "2001:2::/48": "benchmarking",
    "2001:3::/32": "AMT",
    "2001:4:112::/48": "AS112-v6",
    "2001:10::/28": "deprecated ORCHID",
    "2001:20::/28": "ORCHIDv2",
    "2001:30::/28": "drone remote identification",
    "2001:db8::/32": "documentation",
    "2002::/16": "6to4",
    "2620:4f:8000::/48": "direct delegation AS112 service",
    "3fff::/20": "documentation",
    "5f00::/16": "segment routing (SRv6)",
    "fc00::/7": "unique local",
    "fe80::/10": "link local",
    # https://www.iana.org/assignments/ipv6-address-space
    "fec0::/10": "deprecated site local",
    "ff00::/8": "multicast",
}

# The only part of IPv6 that IANA gives out for unicast; https://www.iana.org/assignments/
# ipv6-address-space. IPv4-compatible (::/96), IPv4-translated (::ffff:0:0:0/96) and all that is
# not given out yet lie outside.
GIVEN_OUT = "2000::/3"

# IPv6 addresses that stand for the IPv4 address in their last 32 bits, whose rules they follow:
# mapped ones (RFC 4291, 2.5.5.2), and NAT64's (RFC 6052), by which networks with IPv6 alone reach
# every page that has only IPv4. What else carries an IPv4 address (6to4, Teredo, compatible and
# translated ones, NAT64 of local use) is out of use or leads where a network of its own decides.
STAND_FOR_IPV4 = ("::ffff:0:0/96", "64:ff9b::/96")

# What clouds answer from, with credentials often, to whoever asks from inside. Most of it lies in
# the blocks above; it stands here all the same, so that no change of them opens it.
CLOUDS = {
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html; Azure,
    # Google Cloud, Oracle, DigitalOcean, Hetzner, OpenStack and others answer there too
    "169.254.169.254/32": "instance metadata",
    "fd00:ec2::254/128": "AWS: instance metadata",
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    "169.254.170.2/32": "AWS: credentials of tasks",
    # https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
    "169.254.170.23/32": "AWS: credentials of pods",
    "fd00:ec2::23/128": "AWS: credentials of pods",
    # https://learn.microsoft.com/en-us/azure/virtual-network/what-is-ip-address-168-63-129-16
    "168.63.129.16/32": "Azure: wire server, DNS, DHCP",
    # https://cloud.google.com/compute/docs/metadata/querying-metadata
    "fd20:ce::254/128": "Google Cloud: instance metadata",
    # https://cloud.google.com/vpc/docs/configure-private-google-access
    "199.36.153.4/30": "Google Cloud: APIs from inside only (restricted)",
    "199.36.153.8/30": "Google Cloud: APIs from inside only (private)",
    # https://docs.oracle.com/en-us/iaas/Content/Compute/Tasks/gettingmetadata.htm
    "192.0.0.192/32": "Oracle Cloud: instance metadata (Classic)",
    "fd00:c1::a9fe:a9fe/128": "Oracle Cloud: instance metadata",
    # https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata
    "100.100.100.200/32": "Alibaba Cloud: instance metadata",
    # https://www.tencentcloud.com/document/product/213/4934
    "169.254.0.23/32": "Tencent Cloud: instance metadata",
    # https://www.scaleway.com/en/docs/instances/how-to/use-cloud-init
    "169.254.42.42/32": "Scaleway: instance metadata",
    "fd00:42::42/128": "Scaleway: instance metadata",
    # https://cloud.ibm.com/docs/vpc?topic=vpc-service-endpoints-for-vpc
    "161.26.0.0/16": "IBM Cloud: infrastructure from inside only",
    "166.8.0.0/14": "IBM Cloud: services from inside only",
}

# Ends of names that never lead to a page of the public internet, whatever a resolver says:
# https://www.iana.org/assignments/special-use-domain-names, without those for examples; .internal
# (ICANN, 2024-07-29: https://www.icann.org/en/board-activities-and-meetings/materials/
# approved-resolutions-special-meeting-of-the-icann-board-29-07-2024-en); and what networks of one's
# own use by custom (RFC 6762, appendix G).
NAMES = (
    "alt",
    "arpa",
    "invalid",
    "local",
    "localhost",
    "onion",
    "test",
    "internal",
    "corp",
    "home",
    "intranet",
    "lan",
    "localdomain",
    "private",
)
