namespace Ingest.Pipeline.Tests.Schemas.Specification;

/// <summary>Formats by the grammars that they are defined by (validation, section 7.3).</summary>
public sealed class FormatGrammarTests
{
    [Fact]
    public void Emails_are_the_mailboxes_of_rfc_5321() => Verdicts.CheckFormat(
        "email",
        valid:
        [
            "a@b", "sensor-7@plant.example", "a.b.c@x.y", "1@2.3", "!#$%&'*+-/=?^_`{|}~@x.y", "\"\"@x.y", "\"a b\"@x.y", "\"a@b..c\"@x.y", "\"\\\"\\\\\"@x.y",
            "a@[10.0.0.1]", "a@[IPv6:fe80::1]", "a@[ipv6:::ffff:10.0.0.1]", "a@xn--mnchen-3ya.example", new string('a', 64) + "@x.y",
        ],
        invalid:
        [
            "", "a", "@", "@x", "a@", "a b@x", "a@x y", " a@x", "a@x ", "a@x\n", ".a@x", "a.@x", "a..b@x", "a@.x", "a@x.", "a@x..y", "a@-x", "a@x-", "a@x_y",
            "a@b@c", "a,b@x", "a;b@x", "a:b@x", "a(b)@x", "<a@x>", "a[b]@x", "a\\b@x", "\"a@x", "a\"b\"@x", "\"a\"b@x", "\"a\".b@x", "\"a\"\"b\"@x", "\"\t\"@x",
            "a@[10.0.0.256]", "a@[10.0.0]", "a@[::1]", "a@[IPv6:1::2::3]", "a@[IPv6:::1", "a@[tag:x]", "ä@x", "a@ä", "\"ä\"@x", new string('a', 65) + "@x.y",
        ]);

    [Fact]
    public void International_emails_have_labels_of_idna() => Verdicts.CheckFormat(
        "idn-email",
        valid: ["ä@x", "a@ä", "\"ä b\"@ö.example", "配達@例え.テスト", "a@b.c", "a@[IPv6:::1]", "a@" + new string('例', 24)],
        invalid: ["ä@", "a@ä..b", "a@-ä", "a@\u0301", "a@ab--ä", "a@ä b", "a@\u00ad", "a@" + new string('例', 63)]);

    [Fact]
    public void Ipv6_addresses_are_those_of_rfc_4291() => Verdicts.CheckFormat(
        "ipv6",
        valid:
        [
            "::", "::1", "1::", "1:2:3:4:5:6:7:8", "fe80::0:a", "FE80::AbCd", "0001::", "::2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "1:2::7:8", "::10.0.0.1",
            "1::10.0.0.1", "1:2:3:4:5:6:10.0.0.1", "::ffff:255.255.255.255",
        ],
        invalid:
        [
            "", ":", ":::", "1", "10.0.0.1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1::2::3", "1:::2", ":1::2", "1::2:", "1:2:3:4:5:6:7:",
            "::00001", "::g", "::1 ", " ::1", "::1\n", "[::1]", "fe80::1%eth0", "fe80::1%25eth0", "fe80::/10", "::10.0.0.256", "::10.0.0", "::10.0.0.01", "::10.0.0.1:1",
            "10.0.0.1::", "1:2:3:4:5:6:7:10.0.0.1", "::-1", "::0x1", "::１", "::\u0661",
        ]);

    [Fact]
    public void Uris_are_those_of_rfc_3986() => Verdicts.CheckFormat(
        "uri",
        valid:
        [
            "a:", "a:b", "a:/", "a://", "a:///b", "a:?", "a:#", "A+1.-:x", "http://h", "http://h:", "http://h:80", "http://@h", "http://u:p:q@h/", "http://%41/%7e", "http://h/;a=b,c/@:",
            "http://h?a/b?c", "http://h#a/b?c", "http://[::1]:80/", "http://[::ffff:10.0.0.1]", "http://[v7.a:b]", "http://999.0.0.1", "urn:a:b:c", "mailto:a@b", "tel:+1-2", "http://h/(a)*!'$&",
        ],
        invalid:
        [
            "", ":", "a", "/a", "//h/a", "?a", "#a", "./a", "1a:b", "+a:b", "a_b:c", "ä:b", "http://h/ä", "http://ä", "http://h?ä", "http://h#ä", "http://h/%", "http://h/%4", "http://h/%4g", "http://h?%",
            "http://h#%zz", "http://h/ b", " http://h", "http://h ", "http://h/\n", "http://h\\b", "http://h/^", "http://h/`", "http://h/{a}", "http://h/|", "http://h/<a>", "http://h/\"", "http://h/[a]",
            "http://h?[a]", "http://h#[a]", "http://h#a#b", "http://a@b@c", "http://u[@h", "http://h:8a", "http://h:-1", "http://[::1", "http://::1]", "http://[::1]a", "http://[10.0.0.1]", "http://[::g]",
            "http://[fe80::1%25eth0]", "http://[v.a]", "http://[v7.]", "http://[vx.a]",
        ]);

    [Fact]
    public void Durations_are_those_of_rfc_3339() => Verdicts.CheckFormat(
        "duration",
        valid: ["P1Y", "P2M", "P3D", "P4W", "P1Y2M", "P2M3D", "P1Y2M3D", "PT1H", "PT2M", "PT3S", "PT1H2M", "PT2M3S", "PT1H2M3S", "P1YT2M", "P3DT4H5M6S", "P0D", "PT0S", "P00W", "P99999999999999999999D"],
        invalid:
        [
            "", "P", "PT", "1Y", "P1", "PY", "P1YT", "PT1D", "PT1Y", "P1H", "P1S", "P1D1Y", "P1M1Y", "P1Y3D", "PT1H3S", "PT1S1M", "P1Y1Y", "PT1S1S", "P1W1D", "P1Y1W", "P1WT1H", "P1.5D", "PT1.5S", "PT1,5S",
            "-P1D", "+P1D", "P-1D", "P+1D", "p1d", "P1d", "Pt1S", "P 1D", "P1D ", " P1D", "P1D\n", "PP1D", "P1DTT1S", "PT1HT1M", "P１D", "P\u0661D", "P1Y2M3", "PT1",
        ]);

    [Fact]
    public void Relative_pointers_may_move_along_an_array() => Verdicts.CheckFormat(
        "relative-json-pointer",
        valid: ["0", "1/a", "10#", "0+1", "2-3/a~0~1", "0+0"],
        invalid: ["", "/a", "#", "-1", "+1", "01", "0+01", "0+", "0+-1", "0+1#", "0+1+1", "0##", "0a", "1/~2", "\u0661"]);

    [Fact]
    public void Leap_seconds_end_a_month_in_utc() => Verdicts.CheckFormat(
        "date-time",
        valid: ["2016-12-31T23:59:60Z", "2016-12-31T23:59:60.5+00:00", "2017-01-01T00:59:60+01:00", "2016-12-31T15:59:60-08:00", "2020-02-29T23:59:60Z"],
        invalid: ["2016-12-30T23:59:60Z", "2016-12-31T00:59:60+01:00", "2016-12-31T22:59:60Z", "2017-01-01T15:59:60-08:00", "2021-02-29T23:59:60Z"]);

    [Fact]
    public void Expressions_are_those_of_ecma_262() => Verdicts.CheckFormat(
        "regex",
        valid: ["", "a|b", "^a{2}$", "(?<=a)b", "(?=a)b", "(?<a>x)|(?<a>y)", "((?<a>x)|(?<b>y))(?<c>z)", "^{", "$|x", "\\bx\\b", "[$*]*", "\\$*", "(^)*", "[^a]*"],
        invalid: ["a**", "^*", "$+", "$?", "\\b{2}", "\\B*", "^{1,}", "(?<=a)*", "(?<!a)?", "(?<a>x)(?<a>y)", "(?<a>(?<a>x))", "((?<a>x)|y)(?<a>z)", "(", ")", "[", "(?i)a", "\\Z", "a{2,1}"]);
}
