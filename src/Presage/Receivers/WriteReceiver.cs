namespace Presage.Receivers;

sealed class WriteReceiver
{
    public Task ReceiveAsync(HttpContext context) => throw new NotSupportedException();
}
