using System.Net.Http.Headers;
using Presage.Metrics;
using Presage.Protocols.Prometheus;

namespace Presage.EndToEnd.Support;

/// <summary>A sender of Prometheus remote write 1.0.</summary>
sealed class RemoteWriter(HttpClient client)
{
    readonly RemoteWriteEncoder _encoder = new();

    public async Task<HttpResponseMessage> SendAsync(SampleBatch batch)
    {
        var content = new ReadOnlyMemoryContent(_encoder.Encode(batch).ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        content.Headers.ContentEncoding.Add("snappy");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/write") { Content = content };
        request.Headers.Add("X-Prometheus-Remote-Write-Version", "0.1.0");
        request.Headers.UserAgent.ParseAdd("Prometheus/2.42.0");
        return await client.SendAsync(request);
    }
}
