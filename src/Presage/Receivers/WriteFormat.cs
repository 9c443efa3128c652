using Presage.Api;

namespace Presage.Receivers;

/// <summary>The versions of remote write that are understood, told apart by Content-Type.</summary>
enum WriteFormat
{
    /// <summary>1.0: prometheus.WriteRequest.</summary>
    Earlier,

    /// <summary>2.0: io.prometheus.write.v2.Request.</summary>
    Later,
}

static class WriteFormats
{
    /// <summary>Which version a request holds; returns what is wrong with its headers, or null.</summary>
    public static string? Read(HttpRequest request, out WriteFormat format)
    {
        format = WriteFormat.Earlier;
        string type = request.ContentType ?? "";
        int semicolon = type.IndexOf(';');
        var media = (semicolon < 0 ? type : type.AsSpan(0, semicolon)).Trim();
        if (!media.Equals("application/x-protobuf", StringComparison.OrdinalIgnoreCase))
        {
            return $"Content-Type is \"{AccountRules.Shown(type)}\"; send application/x-protobuf.";
        }

        var parameter = semicolon < 0 ? default : type.AsSpan(semicolon + 1).Trim();
        if (parameter.StartsWith("proto=", StringComparison.OrdinalIgnoreCase))
        {
            var message = parameter["proto=".Length..].Trim("\" ");
            if (message is "io.prometheus.write.v2.Request")
            {
                format = WriteFormat.Later;
            }
            else if (message is not "prometheus.WriteRequest")
            {
                return $"The message is \"{AccountRules.Shown(parameter.ToString())}\"; send remote write 1.0 " +
                    "(proto=prometheus.WriteRequest) or 2.0 (proto=io.prometheus.write.v2.Request).";
            }
        }

        string encoding = request.Headers.ContentEncoding.ToString();
        return encoding.Equals("snappy", StringComparison.OrdinalIgnoreCase)
            ? null
            : $"Content-Encoding is \"{AccountRules.Shown(encoding)}\"; send snappy in its block format.";
    }
}
